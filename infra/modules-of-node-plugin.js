/**
 * A plugin of esbuild: Node's own modules come by `process.getBuiltinModule` and not by `import`, and each export is read where it is used.
 *
 * An `import` of one of them reads each of its exports, and behind some there is much to load: `import 'node:http'` alone
 * brings Node's fetch and WebSocket along (undici), which nothing here uses and which takes about as long as loading the handler's own code.
 */
import { builtinModules } from 'node:module';

/** What `require` and `import()` give: the module itself. */
const ITSELF = 'module-of-node';
/** What `import` gives: its exports by name. */
const EXPORTS = 'exports-of-node';
/** Where those stand: an object that has nothing of its own, so that esbuild finds nothing to copy, and inherits all. */
const HEIR = 'heir-of-module-of-node';

export default {
  name: 'modules-of-node',
  setup(build) {
    const named = new Set(builtinModules.flatMap((name) => [name, `node:${name.replace(/^node:/, '')}`]));
    build.onResolve({ filter: /^(node:)?[a-z0-9_/]+$/ }, ({ path, kind, namespace }) => {
      if (!named.has(path)) return undefined;
      if (namespace === EXPORTS) return { path, namespace: HEIR, sideEffects: false };
      return { path, namespace: kind === 'import-statement' ? EXPORTS : ITSELF, sideEffects: false };
    });
    build.onLoad({ filter: /./, namespace: ITSELF }, ({ path }) => ({ contents: `module.exports = ${asked(path)};` }));
    build.onLoad({ filter: /./, namespace: HEIR }, ({ path }) => ({
      contents: `module.exports = Object.create(${asked(path)});`,
    }));
    build.onLoad({ filter: /./, namespace: EXPORTS }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).filter((name) => name !== 'default');
      return {
        contents: `
          export { ${names.map((name) => JSON.stringify(name)).join(', ')} } from ${JSON.stringify(path)};
          export default /* @__PURE__ */ ${asked(path)};`,
      };
    });
  },
};

/** @param path the name of a module of Node's */
function asked(path) {
  return `process.getBuiltinModule(${JSON.stringify(path)})`;
}
