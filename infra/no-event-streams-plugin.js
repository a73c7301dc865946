/**
 * A plugin of esbuild: event streams are left out, which nothing here sends or receives.
 *
 * The SDK asks for them by import() when an answer is one; what can be asked for so is kept whole by esbuild, with all that hangs on it: a
 * tenth of the bundle for nothing. And the client of Lambda, which has one operation with such an answer, imports them outright, to
 * configure itself: it gets a module with the two functions that it names.
 */
const MODULE = 'no-event-streams';

export default {
  name: MODULE,
  setup(build) {
    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: MODULE, sideEffects: false } : { path, external: true },
    );
    build.onLoad({ filter: /./, namespace: MODULE }, () => ({
      contents: `
        export const resolveEventStreamSerdeConfig = (config) => config;
        export const eventStreamSerdeProvider = () => { throw new Error('This bundle has no event streams'); };`,
    }));
  },
};
