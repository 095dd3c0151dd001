import { no, yes } from './reasons';

/** The conditions of a Notification, with every reason they can have. */
export const notificationConditions = {
  Delivered: {
    doc: 'The note was handed on.',
    reasons: {
      Delivered: yes('It was handed to whoever shows it.'),
      NoPortal: yes('No portal is connected; the object is the note.'),
      Pending: no('It has not been handed on yet.'),
    },
  },
};
