/** Lower-case letters, digits, `-` and `.`, as DNS subdomains are. Source: RFC 1123 and apimachinery's validation. */
const subdomainMessage =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const subdomain =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelMessage =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const label1035Message =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

function check(
  name: string,
  form: RegExp,
  message: string,
  length: number,
  isPrefix: boolean,
): string[] {
  const errors: string[] = [];
  if (name.length > length) errors.push(`must be no more than ${length} bytes`);
  // A prefix may end with a dash or a dot: a suffix follows.
  if (!form.test(isPrefix ? `${name.replace(/-$/, '')}` || '-' : name))
    errors.push(message);
  return errors;
}

export const objectNames = {
  subdomain: (name: string, isPrefix = false): string[] =>
    check(name, subdomain, subdomainMessage, 253, isPrefix),
  label: (name: string, isPrefix = false): string[] =>
    check(name, label, labelMessage, 63, isPrefix),
  label1035: (name: string, isPrefix = false): string[] =>
    check(name, label1035, label1035Message, 63, isPrefix),
  /** A segment of a path, as RBAC's names are. */
  pathSegment: (name: string): string[] => {
    if (name === '.' || name === '..') return [`may not be '${name}'`];
    return ['/', '%']
      .filter(each => name.includes(each))
      .map(each => `may not contain '${each}'`);
  },
};
