/* What recorder.c appends to the file that $SEINE_RECORD names, a line each:
 *
 *   CALL DEVICE INODE FOLDER AT SIZE NAME
 *
 * CALL is a number below, DEVICE and INODE are the file's, FOLDER the inode of the folder above it. What must have
 * happened before something else is written down when it ended, what must happen after it when it began; so an order
 * that stands here is one that held. */
#ifndef SEINE_TESTS_RECORDER_H
#define SEINE_TESTS_RECORDER_H

enum recorded_call {
  RECORDED_WRITE_BEGINS, /* AT: the offset, -1 if the call has none */
  RECORDED_WRITE_ENDS, /* SIZE: what it returned */
  RECORDED_SYNC_BEGINS, /* AT: 1 for the whole file system; NAME: the call */
  RECORDED_SYNC_ENDS, /* SIZE: what it returned */
  RECORDED_NAME, /* the file, or folder, has got this NAME in FOLDER */
};

#endif
