import { printProblem, type Approval } from '@greenroom/kinds';
import type { AdmissionLookup } from './AdmissionLookup';
import type { AdmissionRequest, AdmissionResponse } from './AdmissionReview';
import {
  reviewDecision,
  stampDecision,
  type ApprovalWrite,
} from './approvalAdmission';
import { reviewObject, type LoadCompilers } from './reviewObject';
import { admitted, type Verdict } from './Verdict';

export interface AdmissionOptions {
  lookup: AdmissionLookup;
  /** Username of the operator's own ServiceAccount. */
  operatorUser: string;
  loadCompilers: LoadCompilers;
  now?: () => Date;
}

/** Answers the API server's questions about objects of Greenroom. */
export class Admission {
  readonly #options: Required<AdmissionOptions>;

  constructor(options: AdmissionOptions) {
    this.#options = { now: () => new Date(), ...options };
  }

  /** May the request be carried out? */
  async validate(request: AdmissionRequest): Promise<AdmissionResponse> {
    return answer(request, await this.#validate(request));
  }

  /** What must be changed in the object before it is validated? */
  async mutate(request: AdmissionRequest): Promise<AdmissionResponse> {
    const write = this.#approvalWrite(request);
    return answer(request, write ? stampDecision(write) : admitted);
  }

  async #validate(request: AdmissionRequest): Promise<Verdict> {
    if (request.subResource) return admitted;
    const write = this.#approvalWrite(request);
    if (write) {
      const verdict = reviewDecision(write);
      if (!verdict.admit) return verdict;
    }
    const { lookup, loadCompilers, now } = this.#options;
    return reviewObject(request, { lookup, loadCompilers, now: now() });
  }

  #approvalWrite(request: AdmissionRequest): ApprovalWrite | undefined {
    const { kind, object, oldObject, userInfo, operation } = request;
    const isWrite = operation === 'CREATE' || operation === 'UPDATE';
    if (kind.kind !== 'Approval' || !object || !isWrite) return undefined;
    return {
      before: oldObject as unknown as Approval | undefined,
      after: object as unknown as Approval,
      user: userInfo,
      isOperator: userInfo.username === this.#options.operatorUser,
      now: this.#options.now(),
    };
  }
}

function answer(
  request: AdmissionRequest,
  verdict: Verdict,
): AdmissionResponse {
  const { uid } = request;
  if (verdict.admit) {
    const { warnings, patch } = verdict;
    return {
      uid,
      allowed: true,
      ...(warnings && { warnings }),
      ...(patch && {
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      }),
    };
  }
  if (verdict.because === 'forbidden') {
    return {
      uid,
      allowed: false,
      status: { code: 403, reason: 'Forbidden', message: verdict.message },
    };
  }
  const { kind, name } = request;
  const shown =
    name ||
    request.object?.metadata.name ||
    request.object?.metadata.generateName;
  const problems = verdict.problems.map(printProblem);
  const listed = problems.length > 1 ? `[${problems.join(', ')}]` : problems[0];
  return {
    uid,
    allowed: false,
    status: {
      code: 422,
      reason: 'Invalid',
      message: `${kind.kind}.${kind.group} "${
        shown ?? ''
      }" is invalid: ${listed}`,
    },
  };
}
