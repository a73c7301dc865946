/**
 * Holds a template to CloudFormation's own resource schemas, as the package @aws-cdk/aws-service-spec carries them: known types and
 * properties, required ones there, values of the right type, and references that lead to something. (Which texts a property
 * accepts, the schemas mostly do not say.)
 */
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Template } from './package-service.ts';

type SpecDatabase = ReturnType<typeof loadAwsServiceSpecSync>;
type ResourceProperties = ReturnType<typeof typeDefinition>['properties'];
type PropertyType = ResourceProperties[string]['type'];

const SPEC = loadAwsServiceSpecSync();

/** What is wrong, each with its path; empty when nothing is. The template's conditions are resolved. */
export function schemaIssues(template: Template): string[] {
  const db = SPEC;
  const resources = Object.entries(template.Resources).flatMap(([name, resource]) => {
    const schema = resourceSchema(db, resource.Type);
    if (schema === undefined) return [`${name}: no such type, ${resource.Type}`];
    return [
      ...propertyIssues(db, schema.properties, resource.Properties, name),
      ...[resource.DependsOn ?? []].flat().flatMap((other) => missing(template, other, `${name}.DependsOn`)),
    ];
  });
  return [...resources, ...referenceIssues(db, template)];
}

function resourceSchema(db: SpecDatabase, type: string) {
  return db.lookup('resource', 'cloudFormationType', 'equals', type)[0];
}

function typeDefinition(db: SpecDatabase, id: string) {
  return db.get('typeDefinition', id);
}

function propertyIssues(db: SpecDatabase, schema: ResourceProperties, value: object, path: string): string[] {
  const given: Record<string, unknown> = { ...value };
  return [
    ...Object.entries(schema)
      .filter(([name, { required }]) => required === true && given[name] === undefined)
      .map(([name]) => `${path}: ${name} is missing`),
    ...Object.entries(given).flatMap(([name, inner]) => {
      const property = schema[name];
      if (property === undefined) return [`${path}: no such property, ${name}`];
      const kinds = [property.type, ...(property.previousTypes ?? [])];
      return fits(db, kinds, inner, `${path}.${name}`);
    }),
  ];
}

/** Nothing where the value is of one of the types, else what is wrong by the first. */
function fits(db: SpecDatabase, types: readonly PropertyType[], value: unknown, path: string): string[] {
  const found = types.map((type) => typeIssues(db, type, value, path));
  return found.some((issues) => issues.length === 0) ? [] : (found[0] ?? []);
}

function typeIssues(db: SpecDatabase, type: PropertyType, value: unknown, path: string): string[] {
  // What it comes to is known to AWS alone.
  if (isIntrinsic(value)) return [];
  const check = (holds: boolean, what: string) => (holds ? [] : [`${path}: ${JSON.stringify(value)} is no ${what}`]);
  switch (type.type) {
    case 'string':
    case 'date-time':
      // CloudFormation makes texts of numbers and booleans, and the other way round.
      return check(['string', 'number', 'boolean'].includes(typeof value), 'text');
    case 'integer':
      return check(isNumeric(value) && Number.isInteger(Number(value)), 'integer');
    case 'number':
      return check(isNumeric(value), 'number');
    case 'boolean':
      return check(value === true || value === false || value === 'true' || value === 'false', 'boolean');
    case 'array':
      if (!Array.isArray(value)) return check(false, 'list');
      return value.flatMap((element, index) => typeIssues(db, type.element, element, `${path}[${index}]`));
    case 'map':
      if (!isRecord(value)) return check(false, 'map');
      return Object.entries(value).flatMap(([key, inner]) => typeIssues(db, type.element, inner, `${path}.${key}`));
    case 'ref':
      if (!isRecord(value)) return check(false, 'object');
      return propertyIssues(db, typeDefinition(db, type.reference.$ref).properties, value, path);
    case 'tag':
      return check(isRecord(value) && typeof value.Key === 'string' && 'Value' in value, 'tag');
    case 'union':
      return fits(db, type.types, value, path);
    case 'json':
      return check(isRecord(value) || Array.isArray(value) || typeof value === 'string', 'JSON');
    case 'null':
      return check(value === null, 'null');
  }
}

/** References that lead nowhere, wherever they stand. */
function referenceIssues(db: SpecDatabase, template: Template): string[] {
  const walk = (value: unknown, path: string): string[] => {
    if (Array.isArray(value)) return value.flatMap((element, index) => walk(element, `${path}[${index}]`));
    if (!isRecord(value)) return [];
    const { Ref: reference, 'Fn::GetAtt': attribute, 'Fn::Sub': text } = value;
    if (typeof reference === 'string') return missing(template, reference, path);
    if (attribute !== undefined) return attributeIssues(db, template, [attribute].flat().join('.'), path);
    if (text !== undefined) {
      const found = [...String([text].flat()[0]).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => name ?? '');
      return found.flatMap((name) =>
        name.includes('.') ? attributeIssues(db, template, name, path) : missing(template, name, path),
      );
    }
    return Object.entries(value).flatMap(([key, inner]) => walk(inner, `${path}.${key}`));
  };
  return [...walk(template.Resources, 'Resources'), ...walk(template.Outputs, 'Outputs')];
}

function attributeIssues(db: SpecDatabase, template: Template, reference: string, path: string): string[] {
  const [name = '', ...attribute] = reference.split('.');
  const resource = template.Resources[name];
  if (resource === undefined) return missing(template, name, path);
  const attributes = resourceSchema(db, resource.Type)?.attributes ?? {};
  return attribute.join('.') in attributes ? [] : [`${path}: ${resource.Type} has no attribute ${attribute.join('.')}`];
}

function missing(template: Template, name: string, path: string): string[] {
  return name.startsWith('AWS::') || name in template.Resources ? [] : [`${path}: there is no ${name}`];
}

function isIntrinsic(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && /^(Ref|Fn::\w+)$/.test(keys[0] ?? '');
}

function isNumeric(value: unknown): boolean {
  return (
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
