import {
  escapeContextText,
  renderConfigMapContent,
} from '../contextFile/renderContextFile';
import { cleanMountPath } from './cleanMountPath';
import type {
  ContextConflict,
  ContextPart,
  ContextPlan,
  PlannedPath,
} from './ContextPlan';
import { findPathConflicts, type PathClaim } from './findPathConflicts';
import { planCheckout } from './planCheckout';
import { planSkillCheckout } from './planSkillCheckout';
import type { ResolvedContextItem, SkillSource } from './ResolvedContextItem';
import { runtimeContext } from './runtimeContext';

/** Where a plan's relative paths and its `context.md` go. */
export interface PlanContextsOptions {
  /** Folder inside the workspace that relative mount paths start from: the task's folder for a Task. The workspace when unset. */
  base?: string;
  /** Path of `context.md` inside the workspace. `<base>/context.md` with a base, else `.greenroom/context.md`. */
  contextFile?: string;
  /** Whether items may be mounted outside the workspace. A pod that already runs gets no new mounts: `false` there. */
  outside?: boolean;
  /** Sources of skills, each cloned to `.greenroom/skills/<name>`. */
  skills?: readonly SkillSource[];
}

const DEFAULT_MODE = 0o644;
/** Matches the default time-out of URL contexts in the kinds. */
const DEFAULT_URL_TIMEOUT_SECONDS = 30;
const WORLD_WRITABLE = 0o002;

/** One item on its way into the plan. */
class ContextPlanner {
  readonly plan: ContextPlan = {
    version: 1,
    directories: [],
    files: [],
    fetches: [],
    checkouts: [],
    conflicts: [],
  };
  readonly claims: PathClaim[] = [];
  readonly parts: ContextPart[] = [];

  constructor(
    private readonly workspaceDir: string,
    private readonly options: PlanContextsOptions,
  ) {}

  add(item: ResolvedContextItem, context: string): void {
    const refuse = (reason: ContextConflict['reason'], message: string) => {
      this.plan.conflicts.push({ context, reason, message });
    };
    const mode = item.fileMode ?? DEFAULT_MODE;
    if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) {
      refuse(
        'InvalidMode',
        `Context "${context}" has the fileMode ${mode}. Use permission bits between 0 and 0777.`,
      );
      return;
    }
    if (mode & WORLD_WRITABLE) {
      refuse(
        'InvalidMode',
        `Context "${context}" has the fileMode 0${mode.toString(
          8,
        )}, which lets anybody write. Remove the last write bit.`,
      );
      return;
    }
    const place = this.placeOf(item, context, refuse);
    if (place === 'refused') return;
    switch (item.type) {
      case 'Text':
        this.addText(item.text ?? '', item, context, place, mode);
        break;
      case 'Runtime':
        this.parts.push({
          name: item.name ?? 'runtime',
          type: 'Runtime',
          content: escapeContextText(runtimeContext),
        });
        break;
      case 'ConfigMap':
        this.addConfigMap(item, context, place, mode, refuse);
        break;
      case 'Git':
        if (!place)
          refuse(
            'InvalidPath',
            `Git context "${context}" has no mountPath. Say where the repository goes.`,
          );
        else if (!item.git)
          refuse(
            'InvalidSource',
            `Git context "${context}" names no repository. Set git.repository.`,
          );
        else {
          const planned = planCheckout(context, item.git, place);
          if ('refused' in planned) refuse('InvalidSource', planned.refused);
          else {
            this.plan.checkouts.push(planned.checkout);
            this.claims.push({ ...place, context, holds: 'folder' });
          }
        }
        break;
      case 'URL':
        this.addUrl(item, context, place, mode, refuse);
        break;
      default:
        refuse(
          'InvalidSource',
          `Context "${context}" has the unknown type "${String(
            item.type,
          )}". Use Text, ConfigMap, Git, Runtime or URL.`,
        );
    }
  }

  private placeOf(
    item: ResolvedContextItem,
    context: string,
    refuse: (reason: ContextConflict['reason'], message: string) => void,
  ): PlannedPath | undefined | 'refused' {
    if (!item.mountPath || item.type === 'Runtime') return undefined;
    const cleaned = cleanMountPath({
      mountPath: item.mountPath,
      workspaceDir: this.workspaceDir,
      base: this.options.base,
    });
    if ('refused' in cleaned) {
      refuse(
        'InvalidPath',
        `Context "${context}" cannot be mounted at "${item.mountPath}": ${cleaned.refused}.`,
      );
      return 'refused';
    }
    if (cleaned.place.root === 'outside' && this.options.outside === false) {
      refuse(
        'InvalidPath',
        `Context "${context}" cannot be mounted at "${item.mountPath}": the agent's pod already runs, so only paths inside the workspace "${this.workspaceDir}" can be filled. Use a path there, or run the task from a template.`,
      );
      return 'refused';
    }
    return cleaned.place;
  }

  private addText(
    text: string,
    item: ResolvedContextItem,
    context: string,
    place: PlannedPath | undefined,
    mode: number,
  ): void {
    if (place) {
      this.plan.files.push({ context, ...place, mode, text });
      this.claims.push({ ...place, context, holds: 'file' });
    } else {
      this.parts.push({
        name: item.name ?? context,
        type: item.type,
        content: escapeContextText(text),
      });
    }
  }

  private addConfigMap(
    item: ResolvedContextItem,
    context: string,
    place: PlannedPath | undefined,
    mode: number,
    refuse: (reason: ContextConflict['reason'], message: string) => void,
  ): void {
    const { name = '', key, optional, data, binaryData } = item.configMap ?? {};
    if (!data && !binaryData) {
      if (!optional)
        refuse(
          'MissingContent',
          `ConfigMap "${name}" of context "${context}" does not exist. Create it, or set configMap.optional.`,
        );
      return;
    }
    if (key !== undefined) {
      const text = data?.[key];
      const base64 = binaryData?.[key];
      if (text !== undefined) this.addText(text, item, context, place, mode);
      else if (base64 !== undefined && place) {
        this.plan.files.push({ context, ...place, mode, base64 });
        this.claims.push({ ...place, context, holds: 'file' });
      } else if (base64 !== undefined) {
        refuse(
          'InvalidSource',
          `Key "${key}" of ConfigMap "${name}" in context "${context}" is binary. Set a mountPath.`,
        );
      } else if (!optional) {
        refuse(
          'MissingContent',
          `ConfigMap "${name}" of context "${context}" has no key "${key}". Add the key, or set configMap.optional.`,
        );
      }
      return;
    }
    if (!place) {
      this.parts.push({
        name: item.name ?? context,
        type: item.type,
        content: renderConfigMapContent(data ?? {}),
      });
      return;
    }
    this.plan.directories.push({ context, ...place });
    this.claims.push({ ...place, context, holds: 'folder' });
    const inside = (file: string) => ({
      root: place.root,
      path: place.path ? `${place.path}/${file}` : file,
    });
    const contents = [
      ...Object.entries(data ?? {}).map(([file, text]) => ({
        file,
        content: { text },
      })),
      ...Object.entries(binaryData ?? {}).map(([file, base64]) => ({
        file,
        content: { base64 },
      })),
    ].sort((a, b) => (a.file < b.file ? -1 : 1));
    for (const { file, content } of contents) {
      if (!/^[-._a-zA-Z0-9]+$/.test(file) || file === '.' || file === '..') {
        refuse(
          'InvalidPath',
          `Key "${file}" of ConfigMap "${name}" in context "${context}" cannot be a file name.`,
        );
        continue;
      }
      this.plan.files.push({ context, ...inside(file), mode, ...content });
      this.claims.push({ ...inside(file), context, holds: 'file' });
    }
  }

  private addUrl(
    item: ResolvedContextItem,
    context: string,
    place: PlannedPath | undefined,
    mode: number,
    refuse: (reason: ContextConflict['reason'], message: string) => void,
  ): void {
    const source = item.url?.source ?? '';
    if (!/^https?:\/\/[^\s]+$/i.test(source) || !URL.canParse(source)) {
      refuse(
        'InvalidSource',
        `URL context "${context}" has the source "${source}". Use an http:// or https:// address.`,
      );
      return;
    }
    const parsed = new URL(source);
    if (parsed.username || parsed.password) {
      refuse(
        'InvalidSource',
        `URL context "${context}" holds a user name or password in its address. Put them into a Secret and name it in url.secretRef.`,
      );
      return;
    }
    this.plan.fetches.push({
      context,
      source,
      headers: { ...item.url?.headers },
      ...(item.url?.secretRef && { secret: item.url.secretRef.name }),
      insecureSkipTLSVerify: item.url?.insecureSkipTLSVerify ?? false,
      timeoutMs: (item.url?.timeout ?? DEFAULT_URL_TIMEOUT_SECONDS) * 1000,
      ...(place && { target: { ...place, mode } }),
    });
    if (place) this.claims.push({ ...place, context, holds: 'file' });
    else
      this.parts.push({
        name: item.name ?? context,
        type: item.type,
        fetch: this.plan.fetches.length - 1,
      });
  }
}

/**
 * Lays contexts out: which files and folders are written, which repositories cloned, what goes into `context.md`, and why
 * it cannot be done as asked. Pure; nothing is looked up.
 *
 * @param items in order, an agent's before a task's (see `mergeContexts`)
 * @param workspaceDir absolute path of the workspace as manifests spell it
 */
export function planContexts(
  items: readonly ResolvedContextItem[],
  workspaceDir: string,
  options: PlanContextsOptions = {},
): ContextPlan {
  const planner = new ContextPlanner(workspaceDir, options);
  const { plan } = planner;
  const contextFile =
    options.contextFile ??
    (options.base ? `${options.base}/context.md` : '.greenroom/context.md');
  planner.claims.push({
    root: 'workspace',
    path: contextFile,
    context: 'context.md',
    holds: 'file',
  });
  const names = new Set<string>();
  items.forEach((item, index) => {
    const context = item.name || `contexts[${index}]`;
    if (names.has(context)) {
      plan.conflicts.push({
        context,
        reason: 'PathConflict',
        message: `Two contexts are named "${context}". Give each its own name.`,
      });
      return;
    }
    names.add(context);
    planner.add(item, context);
  });
  for (const skill of options.skills ?? []) {
    const planned = planSkillCheckout(skill);
    if ('refused' in planned) {
      plan.conflicts.push({
        context: skill.name,
        reason: 'InvalidSource',
        message: planned.refused,
      });
    } else {
      const { root, path } = planned.checkout;
      plan.checkouts.push(planned.checkout);
      planner.claims.push({
        root,
        path,
        context: `skills/${skill.name}`,
        holds: 'folder',
      });
    }
  }
  plan.conflicts.push(...findPathConflicts(planner.claims));
  plan.checkouts.sort((a, b) => depthOf(a.path) - depthOf(b.path));
  if (planner.parts.length > 0) {
    plan.contextFile = {
      root: 'workspace',
      path: contextFile,
      parts: planner.parts,
    };
  }
  return plan;
}

function depthOf(path: string): number {
  return path === '' ? 0 : path.split('/').length;
}
