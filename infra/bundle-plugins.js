/** The plugins of esbuild with which the functions are bundled, for serverless-esbuild. */
import leanSdk from './lean-sdk-plugin.js';
import luxonInModules from './luxon-in-modules-plugin.js';
import modulesOfNode from './modules-of-node-plugin.js';
import noEventStreams from './no-event-streams-plugin.js';

export default [modulesOfNode, luxonInModules, noEventStreams, leanSdk];
