/* weft/draft/service.h - services that a host lends, found by weft_host.service(id).
 *
 * weft.svc.files/1: every path is resolved beneath a directory handle, opened when the grant was
 * made, without leaving it by '..', an absolute path or a link. The grants are those of the call:
 * plugin, host, run and step, each narrowing the one before.
 */
#ifndef WEFT_DRAFT_SERVICE_H
#define WEFT_DRAFT_SERVICE_H
#include <weft/draft/store.h>

WEFT_BEGIN
#define WEFT_SVC_FILES_ID "weft.svc.files/1"

#define WEFT_FILE_READ 1u   /* open the file for reading */
#define WEFT_FILE_APPEND 2u /* open the file for appending; it is created when missing */
#define WEFT_FILE_DIR 4u    /* open the directory itself, for listing */
#define WEFT_FILE_PARENT 8u /* the directory of path, to make or change that; needs write */
#define WEFT_FILE_STAT 16u  /* of any kind, O_PATH, no final link; needs read or write */

typedef struct weft_files {
  uint32_t size, flags;
  void* h;
  /* Opens path in one of the ways above; *fd is the caller's to close. The message of DENIED names
   * the grant that is missing. OK; DENIED; NOT_FOUND; CONFLICT when it is not of that kind;
   * FAILED. [any] */
  WEFT_FN(weft_status, open, void* h, const weft_call* call, weft_str path, uint32_t how,
          int32_t* fd, weft_error* err);
} weft_files;

#define WEFT_SVC_STORES_ID "weft.svc.stores/1"
typedef struct weft_stores {
  uint32_t size, flags;
  void* h;
  /* Lent to stores, to be made of others: opens what a URL names as the host opens its own store;
   * it outlives the instance that asks. OK; NOT_FOUND; what its create answers. [ctl] */
  WEFT_FN(weft_status, open, void* h, weft_str url, const weft_store** table, void** self,
          weft_error* err);
} weft_stores;
WEFT_END
#endif
