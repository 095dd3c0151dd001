import type { Message } from '@greenroom/kinds';
import type { ConfigMapContent } from '../../cluster/ConfigMapReader';

/** The text that the agent reads: the message, then each attachment that is text, under its name. */
export async function messageText(
  { spec }: Message,
  read: (configMap: string) => Promise<ConfigMapContent | undefined>,
): Promise<string> {
  const parts = await Promise.all(
    (spec.attachments ?? []).map(
      async ({ name, text, configMapKeyRef, blob }) => {
        const content =
          text ??
          (configMapKeyRef
            ? (await read(configMapKeyRef.name))?.data?.[configMapKeyRef.key]
            : undefined);
        if (content !== undefined)
          return `<attachment name="${escaped(name)}">\n${escaped(
            content,
          )}\n</attachment>`;
        return `<attachment name="${escaped(name)}"${
          blob ? ` blob="${blob}"` : ''
        } missing="true"/>`;
      },
    ),
  );
  return [spec.text, ...parts].join('\n\n');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
