/** What every secret of a rule holds or begins with; kept beside the rules by a test with a sample of each. */
const MARKS = [
  'A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA',
  'aws.{0,40}(?:key|secret|account)',
  'PRIVATE.KEY',
  'gh[pousr]_|github_pat_',
  'glpat-',
  'xox[a-z]-|xapp-|hooks\\.slack\\.com',
  'sk-|[sr]k_(?:live|test)_',
  'SG\\.',
  'shp(?:pa|ca|at|ss)_',
  '_authToken|npm_',
  '://[^\\s/@]{1,400}@',
  'eyJ',
  'hf_|hv[sbr]\\.|gsk_|gl(?:sa|c)_|lin_api_|ntn_|secret_|ops_ey',
  'vc[piark]_|dapi|dckr_pat_|figd_|cf(?:k|ut|at)_|tskey-',
];

const MARK = new RegExp(MARKS.join('|'), 'i');

/**
 * Whether a text is worth the full set of rules. It spares most texts that, which matters when a history has a hundred
 * thousand of them.
 */
export function mayHoldSecrets(text: string): boolean {
  return MARK.test(text);
}
