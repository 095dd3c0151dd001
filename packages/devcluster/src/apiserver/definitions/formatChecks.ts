import { isIP, isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

const uuid =
  /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

function isDateTime(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}[tT]\d{2}:\d{2}:\d{2}(\.\d+)?([zZ]|[+-]\d{2}:\d{2})$/.test(
      text,
    ) && !Number.isNaN(Date.parse(text))
  );
}

function isUri(text: string): boolean {
  return URL.canParse(text) || text.startsWith('/');
}

function isCidr(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}

/** The formats that a real API server checks; any other one says nothing about a value. */
export const formatChecks: Record<string, (text: string) => boolean> = {
  date: isDate,
  'date-time': isDateTime,
  datetime: isDateTime,
  duration: text =>
    /^([+-]?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d|w))+|0)$/.test(text) ||
    /^\d+\s*(nanoseconds?|microseconds?|milliseconds?|seconds?|minutes?|hours?|days?|weeks?)$/.test(
      text,
    ),
  email: text => /^[^\s@<>]+@[^\s@<>]+$/.test(text),
  hostname: text =>
    text.length <= 255 &&
    /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*$/.test(
      text,
    ),
  ipv4: isIPv4,
  ipv6: isIPv6,
  ip: text => isIP(text) !== 0,
  cidr: isCidr,
  mac: text => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text),
  uri: isUri,
  uuid: text => uuid.test(text),
  uuid3: text => uuid.test(text),
  uuid4: text => uuid.test(text),
  uuid5: text => uuid.test(text),
  byte: text =>
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(
      text,
    ),
};
