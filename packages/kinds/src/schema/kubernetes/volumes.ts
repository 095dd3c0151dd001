import { z } from 'zod';
import { list, textMap } from '../collections';
import {
  DataKey,
  filled,
  integer,
  ObjectName,
  Quantity,
  ShortName,
  text,
} from '../scalars';

const Items = list(
  z.object({
    key: DataKey.describe('Key to take.'),
    path: filled(512).describe('File it becomes, relative to the volume.'),
    mode: integer(0, 511).optional().describe('Permission bits.'),
  }),
  128,
);

const fileOptions = {
  items: Items.optional().describe('Keys to take; all by default.'),
  optional: z.boolean().optional().describe('Whether it may be missing.'),
};
const defaultMode = integer(0, 511)
  .optional()
  .describe('Permission bits of the files.');

const DownwardItems = list(
  z.object({
    path: filled(512).describe('File it becomes, relative to the volume.'),
    fieldRef: z
      .object({ fieldPath: filled(253).describe('Path of the field.') })
      .optional()
      .describe('A field of the pod.'),
  }),
  32,
);

const Projection = z.object({
  configMap: z
    .object({
      name: ObjectName.describe('Name of the ConfigMap.'),
      ...fileOptions,
    })
    .optional()
    .describe('A ConfigMap.'),
  secret: z
    .object({
      name: ObjectName.describe('Name of the Secret.'),
      ...fileOptions,
    })
    .optional()
    .describe('A Secret.'),
  downwardAPI: z
    .object({ items: DownwardItems.optional().describe('Fields of the pod.') })
    .optional()
    .describe('Fields of the pod.'),
});

/** A volume of a pod, as in Kubernetes; folders of the node are left out on purpose. */
export const Volume = z.object({
  name: ShortName.describe('Name of the volume.'),
  configMap: z
    .object({
      name: ObjectName.describe('Name of the ConfigMap.'),
      ...fileOptions,
      defaultMode,
    })
    .optional()
    .describe('Files from a ConfigMap.'),
  secret: z
    .object({
      secretName: ObjectName.describe('Name of the Secret.'),
      ...fileOptions,
      defaultMode,
    })
    .optional()
    .describe(
      'Files from a Secret; the agent can read them, so the Agent says SecretsExposed.',
    ),
  emptyDir: z
    .object({
      medium: z
        .enum(['', 'Memory'])
        .optional()
        .describe('Memory keeps it in RAM.'),
      sizeLimit: Quantity.optional().describe('Largest size.'),
    })
    .optional()
    .describe('An empty folder that lives as long as the pod.'),
  persistentVolumeClaim: z
    .object({
      claimName: ObjectName.describe('Name of the claim.'),
      readOnly: z.boolean().optional().describe('Whether it is read-only.'),
    })
    .optional()
    .describe('A persistent volume.'),
  projected: z
    .object({
      sources: list(Projection, 32)
        .optional()
        .describe('What is put together.'),
      defaultMode,
    })
    .optional()
    .describe('Several sources in one folder.'),
  downwardAPI: z
    .object({
      items: DownwardItems.optional().describe('Fields of the pod.'),
      defaultMode,
    })
    .optional()
    .describe('Files with fields of the pod.'),
  csi: z
    .object({
      driver: filled(253).describe('Name of the CSI driver.'),
      readOnly: z.boolean().optional().describe('Whether it is read-only.'),
      fsType: text(64).optional().describe('File system.'),
      volumeAttributes: textMap(4096, 32)
        .optional()
        .describe('Attributes for the driver.'),
    })
    .optional()
    .describe('A volume of a CSI driver, such as a secrets store.'),
  nfs: z
    .object({
      server: filled(253).describe('Host of the server.'),
      path: filled(1024).describe('Path on the server.'),
      readOnly: z.boolean().optional().describe('Whether it is read-only.'),
    })
    .optional()
    .describe('A share of an NFS server.'),
  image: z
    .object({
      reference: filled(512).describe('Reference of the image.'),
      pullPolicy: z
        .enum(['Always', 'Never', 'IfNotPresent'])
        .optional()
        .describe('When to pull it.'),
    })
    .optional()
    .describe('The files of an OCI image.'),
});

/** Where a volume is in a container, as in Kubernetes. */
export const VolumeMount = z.object({
  name: ShortName.describe('Name of the volume.'),
  mountPath: filled(512).describe('Folder in the container.'),
  subPath: text(512).optional().describe('Folder or file inside the volume.'),
  readOnly: z.boolean().optional().describe('Whether it is read-only.'),
});
