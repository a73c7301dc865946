/** What CloudFormation refuses as a "circular dependency between resources". */
import type { Resource, Template } from './package-service.ts';

/**
 * The resources of one cycle, each of which waits for the next and the last for the first; undefined where there is none. A resource waits
 * for those of its `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn` ("DependsOn attribute", CloudFormation user guide). The template's
 * conditions are resolved.
 */
export function referenceCycle({ Resources }: Template): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return path.slice(path.indexOf(name));
    const resource = Resources[name];
    if (resource === undefined || done.has(name)) return undefined;
    for (const other of waitsFor(resource)) {
      const cycle = visit(other, [...path, name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of Object.keys(Resources)) {
    const cycle = visit(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Also names that are no resource: pseudo parameters, and what a `Fn::Sub` defines for itself. */
function waitsFor({ DependsOn = [], Properties }: Resource): ReadonlySet<string> {
  return new Set([...[DependsOn].flat(), ...referencesIn(Properties)]);
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [logicalId([inner].flat().join('.'))];
    const [text] = key === 'Fn::Sub' ? [inner].flat() : [];
    const named = [...String(text ?? '').matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => logicalId(name ?? ''));
    return [...named, ...referencesIn(inner)];
  });
}

function logicalId(attribute: string): string {
  return attribute.split('.')[0] ?? '';
}
