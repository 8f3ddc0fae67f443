/* weft/draft/service.h - services that a host lends, found by weft_host.service(id).
 *
 * weft.svc.files/1: every path is resolved beneath a directory handle, opened when the grant was
 * made, without leaving it by '..', an absolute path or a link. The grants are those of the call:
 * plugin, host, run and step, each narrowing the one before.
 */
#ifndef WEFT_DRAFT_SERVICE_H
#define WEFT_DRAFT_SERVICE_H
#include <weft/host.h>

WEFT_BEGIN
#define WEFT_SVC_FILES_ID "weft.svc.files/1"

#define WEFT_FILE_READ 1u   /* open the file for reading */
#define WEFT_FILE_APPEND 2u /* open the file for appending; it is created when missing */
#define WEFT_FILE_DIR 4u    /* open the directory itself, for listing */
/* Open the directory that holds path, to create, replace, rename or remove its last part; needs a
 * grant to write path. */
#define WEFT_FILE_PARENT 8u
/* Open what path names, of any kind, only to ask about it (O_PATH, a final link is not followed);
 * needs a grant to read or to write path. */
#define WEFT_FILE_STAT 16u

typedef struct weft_files {
  uint32_t size, flags;
  void* h;
  /* Opens path in one of the ways above; *fd is the caller's to close. The message of DENIED names
   * the grant that is missing. OK; DENIED; NOT_FOUND; CONFLICT when it is not of that kind;
   * FAILED. [any] */
  WEFT_FN(weft_status, open, void* h, const weft_call* call, weft_str path, uint32_t how,
          int32_t* fd, weft_error* err);
} weft_files;
WEFT_END
#endif
