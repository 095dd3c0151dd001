import { parseQuantity } from '@greenroom/kinds';
import type { Container } from '../pods/podParts';

/** What one of the machine's resources amounts to where a container sets no limit. */
export type Allocatable = Record<string, string>;

/**
 * The value of a `resourceFieldRef` such as `limits.memory`, in units of the divisor, rounded up. A limit that is not set is what the
 * machine has; a request that is not set is the limit.
 */
export function resourceFieldValue(
  container: Container,
  resource: string,
  divisor: string | undefined,
  allocatable: Allocatable,
): string {
  const [bound, ...rest] = resource.split('.');
  const name = rest.join('.');
  const { limits = {}, requests = {} } = container.resources ?? {};
  const limit = limits[name] ?? allocatable[name] ?? '0';
  const amount =
    bound === 'requests' ? requests[name] ?? limits[name] ?? '0' : limit;
  const one = !divisor || divisor === '0' ? '1' : divisor;
  const { nano } = parseQuantity(amount);
  const unit = parseQuantity(one).nano;
  return ((nano + unit - 1n) / unit).toString();
}
