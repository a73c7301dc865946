/** Does with a template's conditions what CloudFormation does: what is left is what would be deployed. */
import type { Resource, Template } from './package-service.ts';

/** Throws where a condition is not made of constants, as all of ours are once the parameters are in. */
export function resolveTemplate(template: Template): Template {
  const holds = conditionsOf(template);
  const there = ({ Condition }: { readonly Condition?: string }) => Condition === undefined || holds(Condition);
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve).filter((element) => element !== NOTHING);
    if (!isRecord(value)) return value;
    if (value.Ref === 'AWS::NoValue') return NOTHING;
    const chosen = value['Fn::If'];
    if (Array.isArray(chosen)) return resolve(holds(String(chosen[0])) ? chosen[1] : chosen[2]);
    const entries = Object.entries(value).map(([key, inner]) => [key, resolve(inner)] as const);
    return Object.fromEntries(entries.filter(([, inner]) => inner !== NOTHING));
  };
  const kept = (entries: object): object =>
    Object.fromEntries(
      Object.entries(entries).flatMap(([name, entry]) => (there(entry) ? [[name, resolve(entry)]] : [])),
    );
  const resources = kept(template.Resources) as Readonly<Record<string, Resource>>;
  const left = ({ DependsOn, ...resource }: Resource): Resource => ({
    ...resource,
    // What is not deployed is not waited for.
    DependsOn: [DependsOn ?? []].flat().filter((name) => name in resources || !(name in template.Resources)),
  });
  return {
    Resources: Object.fromEntries(Object.entries(resources).map(([name, resource]) => [name, left(resource)])),
    Outputs: kept(template.Outputs) as Template['Outputs'],
  };
}

const NOTHING = Symbol('AWS::NoValue');

function conditionsOf({ Conditions = {} }: Template): (name: string) => boolean {
  const evaluate = (expression: unknown): boolean => {
    const [[operator, operands] = []] = isRecord(expression) ? Object.entries(expression) : [];
    if (operator === 'Condition' && typeof operands === 'string') return holds(operands);
    if (Array.isArray(operands)) {
      switch (operator) {
        case 'Fn::Equals':
          if (operands.every((operand) => typeof operand === 'string')) return operands[0] === operands[1];
          break;
        case 'Fn::Not':
          return !evaluate(operands[0]);
        case 'Fn::And':
          return operands.every(evaluate);
        case 'Fn::Or':
          return operands.some(evaluate);
      }
    }
    throw new Error(`No condition of constants: ${JSON.stringify(expression)}`);
  };
  const holds = (name: string): boolean => {
    if (!(name in Conditions)) throw new Error(`There is no condition ${name}`);
    return evaluate(Conditions[name]);
  };
  return holds;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
