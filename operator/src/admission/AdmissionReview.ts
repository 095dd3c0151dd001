import type { KubernetesObject } from '@greenroom/controller-runtime';

/** Who asks. */
export interface RequestUser {
  username: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

/** The `request` of an `admission.k8s.io/v1` AdmissionReview. */
export interface AdmissionRequest {
  uid: string;
  kind: { group: string; version: string; kind: string };
  resource: { group: string; version: string; resource: string };
  subResource?: string;
  name?: string;
  namespace?: string;
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  userInfo: RequestUser;
  object?: KubernetesObject;
  oldObject?: KubernetesObject;
  dryRun?: boolean;
}

/** Its `response`. */
export interface AdmissionResponse {
  uid: string;
  allowed: boolean;
  status?: { code: number; reason: string; message: string };
  warnings?: string[];
  patchType?: 'JSONPatch';
  /** Base64 of the JSON patch. */
  patch?: string;
}
