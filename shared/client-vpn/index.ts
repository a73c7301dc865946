/** AWS's contract: what Client VPN asks, what it takes for an answer, what it logs. */
export { askedTheHandler, type ConnectionLogLine, loggedRequest, readConnectionLogLine } from './connection-log.ts';
export {
  type ConnectRequest,
  type ConnectRequestV1,
  type ConnectRequestV2,
  type ConnectRequestV3,
  readRequest,
  SCHEMA_VERSIONS,
  type SchemaVersion,
} from './request.ts';
export {
  type Answer,
  type ConnectResponse,
  type ConnectResponseV1,
  type ConnectResponseV2,
  type ConnectResponseV3,
  connectResponse,
  MAX_POSTURE_STATUSES,
  MAX_TEXT_LENGTH,
  messageOf,
} from './response.ts';
