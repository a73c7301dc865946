/** Runs the Serverless Framework's command line, and ends when the process that started it is gone, however it ended. */
import process from 'node:process';

process.on('disconnect', () => process.exit());
await import('serverless/bin/serverless.js');
