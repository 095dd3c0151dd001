import type { Json } from '../../store/KubernetesObject';
import { fieldError, type FieldError } from '../errors/FieldError';
import { quantityNanos } from '../../schemas/Quantity';
import { objectNames } from '../handlers/objectNames';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const protocols = ['SCTP', 'TCP', 'UDP'];

/** What is wrong with a pod's spec, wherever it stands. */
export function validatePodSpec(spec: Json, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const volumes = new Set<string>();
  for (const [index, volume] of (spec?.volumes ?? []).entries()) {
    const at = `${field}.volumes[${index}]`;
    errors.push(...labelName(volume.name, `${at}.name`));
    if (volumes.has(volume.name))
      errors.push(fieldError.duplicate(`${at}.name`, volume.name));
    volumes.add(volume.name);
    const sources = Object.keys(volume).filter(key => key !== 'name');
    if (sources.length > 1) {
      errors.push(
        fieldError.forbidden(
          `${at}.${sources[1]}`,
          'may not specify more than 1 volume type',
        ),
      );
    }
  }
  const names = new Set<string>();
  if (!spec?.containers?.length)
    errors.push(fieldError.required(`${field}.containers`));
  for (const list of ['containers', 'initContainers']) {
    for (const [index, container] of (spec?.[list] ?? []).entries()) {
      const at = `${field}.${list}[${index}]`;
      errors.push(...validateContainer(container, at, volumes, names));
      if (list === 'containers' && container.restartPolicy === undefined)
        continue;
      if (list === 'initContainers') {
        for (const probe of [
          'livenessProbe',
          'readinessProbe',
          'startupProbe',
          'lifecycle',
        ]) {
          if (container[probe] && container.restartPolicy !== 'Always') {
            errors.push(
              fieldError.forbidden(
                `${at}.${probe}`,
                'may not be set for init containers without restartPolicy=Always',
              ),
            );
          }
        }
      }
    }
  }
  if (spec?.restartPolicy && !restartPolicies.includes(spec.restartPolicy)) {
    errors.push(
      fieldError.notSupported(
        `${field}.restartPolicy`,
        spec.restartPolicy,
        restartPolicies,
      ),
    );
  }
  const grace = spec?.terminationGracePeriodSeconds;
  if (grace < 0) {
    errors.push(
      fieldError.invalid(
        `${field}.terminationGracePeriodSeconds`,
        grace,
        'must be greater than or equal to 0',
      ),
    );
  }
  if (
    spec?.activeDeadlineSeconds !== undefined &&
    spec.activeDeadlineSeconds < 1
  ) {
    errors.push(
      fieldError.invalid(
        `${field}.activeDeadlineSeconds`,
        spec.activeDeadlineSeconds,
        'must be between 1 and 2147483647, inclusive',
      ),
    );
  }
  return errors;
}

function validateContainer(
  container: Json,
  at: string,
  volumes: Set<string>,
  names: Set<string>,
): FieldError[] {
  const errors = labelName(container.name, `${at}.name`);
  if (names.has(container.name))
    errors.push(fieldError.duplicate(`${at}.name`, container.name));
  names.add(container.name);
  if (!container.image) errors.push(fieldError.required(`${at}.image`));
  else if (container.image !== container.image.trim()) {
    errors.push(
      fieldError.invalid(
        `${at}.image`,
        container.image,
        'must not have leading or trailing whitespace',
      ),
    );
  }
  if (
    container.imagePullPolicy &&
    !pullPolicies.includes(container.imagePullPolicy)
  ) {
    errors.push(
      fieldError.notSupported(
        `${at}.imagePullPolicy`,
        container.imagePullPolicy,
        pullPolicies,
      ),
    );
  }
  for (const [index, port] of (container.ports ?? []).entries()) {
    errors.push(...validatePort(port, `${at}.ports[${index}]`));
  }
  for (const [index, each] of (container.env ?? []).entries()) {
    const field = `${at}.env[${index}]`;
    if (!each.name) errors.push(fieldError.required(`${field}.name`));
    else if (/[^ -~]|=/.test(each.name)) {
      errors.push(
        fieldError.invalid(
          `${field}.name`,
          each.name,
          "a valid environment variable name must consist only of printable ASCII characters other than '='",
        ),
      );
    }
    if (each.value && each.valueFrom) {
      errors.push(
        fieldError.invalid(
          `${field}.valueFrom`,
          '',
          'may not be specified when `value` is not empty',
        ),
      );
    }
  }
  errors.push(
    ...validateResources(container.resources ?? {}, `${at}.resources`),
  );
  const paths = new Set<string>();
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const field = `${at}.volumeMounts[${index}]`;
    if (!mount.name) errors.push(fieldError.required(`${field}.name`));
    else if (!volumes.has(mount.name))
      errors.push(fieldError.notFound(`${field}.name`, mount.name));
    if (!mount.mountPath)
      errors.push(fieldError.required(`${field}.mountPath`));
    if (paths.has(mount.mountPath)) {
      errors.push(
        fieldError.invalid(
          `${field}.mountPath`,
          mount.mountPath,
          'must be unique',
        ),
      );
    }
    paths.add(mount.mountPath);
    if (mount.subPath?.split('/').includes('..')) {
      errors.push(
        fieldError.invalid(
          `${field}.subPath`,
          mount.subPath,
          "must not contain '..'",
        ),
      );
    }
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (!probe) continue;
    const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'].filter(
      each => probe[each],
    );
    if (!handlers.length) {
      errors.push(
        fieldError.required(`${at}.${name}`, 'must specify a handler type'),
      );
    }
    if (handlers.length > 1) {
      errors.push(
        fieldError.forbidden(
          `${at}.${name}.${handlers[1]}`,
          'may not specify more than 1 handler type',
        ),
      );
    }
  }
  return errors;
}

function validateResources(
  { requests = {}, limits = {} }: Json,
  at: string,
): FieldError[] {
  return Object.entries<string>(requests).flatMap(([name, request]) =>
    limits[name] !== undefined &&
    quantityNanos(request) > quantityNanos(limits[name])
      ? [
          fieldError.invalid(
            `${at}.requests`,
            request,
            `must be less than or equal to ${name} limit of ${limits[name]}`,
          ),
        ]
      : [],
  );
}

function validatePort(port: Json, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (port.containerPort === undefined)
    errors.push(fieldError.required(`${at}.containerPort`));
  else if (port.containerPort < 1 || port.containerPort > 65535) {
    errors.push(
      fieldError.invalid(
        `${at}.containerPort`,
        port.containerPort,
        'must be between 1 and 65535, inclusive',
      ),
    );
  }
  if (port.protocol && !protocols.includes(port.protocol)) {
    errors.push(
      fieldError.notSupported(`${at}.protocol`, port.protocol, protocols),
    );
  }
  return errors;
}

function labelName(name: string | undefined, field: string): FieldError[] {
  if (!name) return [fieldError.required(field)];
  return objectNames
    .label(name)
    .map(each => fieldError.invalid(field, name, each));
}
