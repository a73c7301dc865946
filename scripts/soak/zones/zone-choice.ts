/** The zones whose changes of offset the windows are judged by: the odd ones, the large ones, some that never change. */

export interface ChosenZone {
  readonly name: string;
  /** Judged up to here alone, since releases of the tz database disagree about what follows. */
  readonly until?: string;
  readonly because?: string;
}

/**
 * Not among them, since 2026b and 2026c of the tz database tell other offsets for them than 2025c, which Node 20 has:
 * America/Vancouver (on daylight saving for good from 2026 on), America/Edmonton (the same), Europe/Chisinau (changes with the European Union).
 */
export const CHOSEN_ZONES: readonly ChosenZone[] = [
  // Half an hour of daylight saving, two hours of it, offsets of quarters of an hour, daylight saving in winter.
  ...named('Australia/Lord_Howe', 'Antarctica/Troll', 'Pacific/Chatham', 'Europe/Dublin'),
  // Changes at midnight, just before it, or on days of the week of their own.
  ...named('Africa/Cairo', 'Asia/Gaza', 'Asia/Hebron', 'Asia/Beirut', 'Asia/Jerusalem', 'America/Havana'),
  ...named('America/Santiago', 'Pacific/Easter', 'America/Nuuk', 'America/Scoresbysund', 'Atlantic/Azores'),
  // Changed for good since 2024.
  ...named('Asia/Almaty', 'Asia/Qostanay', 'America/Asuncion'),
  // Daylight saving by the moon.
  ...untilMorocco('Africa/Casablanca', 'Africa/El_Aaiun'),
  // Offsets with half an hour, and others.
  ...named('America/St_Johns', 'Australia/Adelaide', 'Australia/Broken_Hill', 'Pacific/Norfolk', 'America/Miquelon'),
  ...named('America/Port-au-Prince', 'America/Adak', 'America/Anchorage', 'America/Tijuana', 'America/Ciudad_Juarez'),
  ...named('America/Ojinaga', 'America/Thule', 'America/Grand_Turk', 'Atlantic/Bermuda', 'Atlantic/Canary'),
  ...named('Antarctica/Macquarie', 'Antarctica/McMurdo', 'Arctic/Longyearbyen', 'Asia/Famagusta', 'Asia/Nicosia'),
  // Where most people are.
  ...named('America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'America/Halifax'),
  ...named('America/Toronto', 'Europe/London', 'Europe/Lisbon', 'Europe/Berlin', 'Europe/Athens', 'Europe/Helsinki'),
  ...named('Australia/Sydney', 'Australia/Hobart', 'Pacific/Auckland'),
  // Without changes of offset: their days begin at odd hours of UTC all the same.
  ...named('Asia/Tehran', 'Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Tokyo', 'Australia/Eucla', 'Pacific/Apia'),
  ...named('Pacific/Kiritimati', 'Pacific/Marquesas', 'America/Sao_Paulo', 'Pacific/Pago_Pago'),
];

function named(...names: readonly string[]): ChosenZone[] {
  return names.map((name) => ({ name }));
}

function untilMorocco(...names: readonly string[]): ChosenZone[] {
  const because = 'tz database 2026c has Morocco on UTC from 20 September 2026 on, releases before it do not';
  return names.map((name) => ({ name, until: '2026-09-01T00:00Z', because }));
}
