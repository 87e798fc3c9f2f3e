/** A message with the fields and the size of the product's. @param {{ groupId: string; text: string; id: string }} sent */
export const messageOf = ({ groupId, text, id }, /** @type {number} */ seq) => ({
  groupId,
  revision: seq,
  message: {
    id,
    groupId,
    seq,
    revision: seq,
    sender: { id: '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1', username: 'user.3f3f8ae0a9d1', displayName: 'User 123' },
    text,
    replyTo: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    editedAt: null,
    deletedAt: null,
  },
});
