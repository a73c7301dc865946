/** What the enforcer's parameters say, checked when the service is packaged. */

/** As shared/engine knows them. */
const ENDPOINT_ID = /^cvpn-endpoint-[0-9a-z]{8,40}$/;

/** A missed pass must not make the count of sessions unknown, which it is after five minutes (docs/operating.md). */
const RATES = ['rate(1 minute)', 'rate(2 minutes)'];

/** The ids of the parameter, in order, as they are written. */
export function endpointsOf(text) {
  return text === '' ? [] : text.split(',');
}

/** Throws, in one line, where the parameters are none or contradict each other. */
export function checkStandingConnections({
  endpoints,
  mode,
  maxShare,
  describePerSecond,
  terminatePerSecond,
  schedule,
  rate,
  decisionLog,
}) {
  const ids = endpointsOf(endpoints);
  for (const [index, id] of ids.entries()) {
    if (!ENDPOINT_ID.test(id)) {
      throw new Error(
        `enforcerEndpoints has "${id}"; accepted: ids of Client VPN endpoints (cvpn-endpoint-…) with commas and no blanks between`,
      );
    }
    if (ids.indexOf(id) !== index) throw new Error(`enforcerEndpoints has ${id} twice`);
  }
  accept('enforcerMode', mode, ['observe', 'enforce']);
  accept('enforcerSchedule', schedule, ['true', 'false']);
  accept('enforcerRate', rate, RATES);
  if (!/^(\d|[1-9]\d|100)$/.test(maxShare)) {
    throw new Error(`enforcerMaxShare is "${maxShare}"; accepted: a whole number of percent from 0 to 100`);
  }
  acceptPace('enforcerDescribePerSecond', describePerSecond);
  acceptPace('enforcerTerminatePerSecond', terminatePerSecond);
  if (schedule === 'true' && ids.length === 0) {
    throw new Error('enforcerSchedule is true and enforcerEndpoints names no endpoint: no pass would look at any');
  }
  if (mode === 'enforce' && decisionLog !== 'all') {
    throw new Error(
      `enforcerMode is enforce and decisionLog is "${decisionLog}": admissions are not on record, so that every connection is unknown and none is ended; accepted: decisionLog=all`,
    );
  }
}

function accept(name, value, accepted) {
  if (accepted.includes(value)) return;
  throw new Error(`${name} is "${value}"; accepted: ${accepted.join(' or ')}`);
}

/** As the enforcer reads it (enforcer/ec2/request-rates.ts), which otherwise would take its default. */
function acceptPace(name, value) {
  if (/^\d{1,3}(\.\d)?$/.test(value) && Number(value) >= 0.1 && Number(value) <= 100) return;
  throw new Error(`${name} is "${value}"; accepted: requests a second, 0.1 to 100 with one decimal at most`);
}
