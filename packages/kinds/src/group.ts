/** The API group of every kind of Greenroom. */
export const group = 'greenroom.dev';

/** The only version so far. */
export const version = 'v1alpha1';

/** What stands in `apiVersion` of every object of Greenroom. */
export const apiVersion = 'greenroom.dev/v1alpha1';

/** The field manager of everything the operator applies. */
export const fieldManager = 'greenroom-operator';
