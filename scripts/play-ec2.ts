/**
 * Plays EC2 for the local stack: a Client VPN endpoint with connections that the enforcer sees and ends.
 *
 *     node --import tsx scripts/play-ec2.ts PORT ENDPOINT USER[=CONNECTION] …
 *     LOCAL_EC2_ENDPOINT=http://127.0.0.1:PORT ENFORCER_ENDPOINTS=ENDPOINT npm start
 *
 * Each user has a connection, with that id or one that is made up and told. The enforcer knows of it what the handler has put on record under
 * that id, so invoke the handler with it as well.
 */
import { startFakeEc2 } from '../enforcer/testing/fake-ec2.ts';

const [port, endpoint, ...users] = process.argv.slice(2);
if (!/^\d{1,5}$/.test(port ?? '') || !/^cvpn-endpoint-[0-9a-z]+$/.test(endpoint ?? '')) {
  console.error('usage: node --import tsx scripts/play-ec2.ts PORT cvpn-endpoint-… USER[=CONNECTION] …');
  process.exit(2);
}
const ec2 = await startFakeEc2({ endpoints: [String(endpoint)], port: Number(port) });
for (const told of users) {
  const [username = '', id] = told.split('=');
  const connection = ec2.connections.add(String(endpoint), { username, ...(id && { id }) });
  console.log(`${connection.username} ${connection.id}`);
}
console.log(`EC2 is played at ${ec2.url}. Ctrl-C ends it.`);
