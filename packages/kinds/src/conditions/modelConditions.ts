import { no, yes } from './reasons';

/** The conditions of a Model, with every reason they can have. */
export const modelConditions = {
  Ready: {
    doc: 'The model can be used.',
    reasons: {
      Ready: yes('Its key is there; no call is made to find out more.'),
      NoCredential: yes('The endpoint needs no key.'),
      SecretNotFound: no(
        'The Secret, or its key, is not there.',
        'Create it; the message gives a command.',
      ),
      SecretEmpty: no(
        'The key in the Secret is empty.',
        'Write the provider’s key into it.',
      ),
      FallbackNotFound: no(
        'A Model in fallbacks is not in this namespace.',
        'Create it, or remove it from fallbacks.',
      ),
      FallbackLoop: no(
        'Fallbacks lead back to this Model.',
        'Remove one of them.',
      ),
      NotSupported: no(
        'This release cannot speak with the provider yet.',
        'Use anthropic, openai or openai-compatible.',
      ),
    },
  },
  Priced: {
    doc: 'What the model costs is known.',
    reasons: {
      FromSpec: yes('Prices are from spec.pricing.'),
      FromPriceList: yes(
        'Prices are from the price list that comes with Greenroom.',
      ),
      Unknown: no(
        'No price is known: usage is counted in tokens only.',
        'Set spec.pricing.',
      ),
    },
  },
};
