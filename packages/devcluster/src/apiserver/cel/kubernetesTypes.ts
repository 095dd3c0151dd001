import {
  create,
  createFileRegistry,
  type DescMessage,
} from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import { objectType } from '@bufbuild/cel';

/** Values of Kubernetes' CEL library that are no CEL values of their own; each carries one canonical text. */
const names = ['Quantity', 'IP', 'CIDR', 'URL', 'Semver', 'Format'] as const;

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'kubernetes.proto',
    package: 'kubernetes',
    syntax: 'proto3',
    messageType: names.map(name => ({
      name,
      field: [
        {
          name: 'text',
          number: 1,
          type: FieldDescriptorProto_Type.STRING,
          label: FieldDescriptorProto_Label.OPTIONAL,
        },
      ],
    })),
  }),
  () => undefined,
);

export { registry as kubernetesRegistry };

function opaque(name: (typeof names)[number]) {
  const descriptor: DescMessage = registry.getMessage(`kubernetes.${name}`)!;
  return {
    type: objectType(descriptor),
    of(text: string): ReflectMessage {
      const message = reflect(descriptor);
      message.set(descriptor.field.text, text);
      return message;
    },
    text: (message: ReflectMessage): string =>
      message.get(descriptor.field.text) as string,
  };
}

/** Two of a kind are equal when their texts are, so each is made with a canonical one. */
export const kubernetesTypes = {
  quantity: opaque('Quantity'),
  ip: opaque('IP'),
  cidr: opaque('CIDR'),
  url: opaque('URL'),
  semver: opaque('Semver'),
  format: opaque('Format'),
};
