#include "faulty_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

namespace weft::test {
namespace {

// What an open file is to SQLite: its methods first, then what is ours.
struct Open {
  sqlite3_file base;
  FaultyVfs* vfs;
  Disk::File file;
  DiskSharing* sharing;
  DiskSharing own_sharing;  // of a file without a name
  bool is_temporary;        // not on the disk: its operations are no points
  bool syncs_folder;        // as the layer of the system does for journals and logs
  bool is_mapped;
  int level;
};

Open& open_of(sqlite3_file* file) { return *reinterpret_cast<Open*>(file); }
FaultyVfs& layer_of(sqlite3_vfs* vfs) { return *static_cast<FaultyVfs*>(vfs->pAppData); }

int code_of(Fault fault, int error) {
  if (fault == Fault::none) return SQLITE_OK;
  return fault == Fault::full ? SQLITE_FULL : error;
}

int on_close(sqlite3_file* file) {
  open_of(file).~Open();
  return SQLITE_OK;
}

int on_read(sqlite3_file* file, void* to, int n, sqlite3_int64 offset) {
  const Open& f = open_of(file);
  if (f.vfs->disk().is_dead()) return SQLITE_IOERR_READ;
  const std::string& content = f.file->seen;
  const auto at = std::min(static_cast<size_t>(offset), content.size());
  const size_t have = std::min(static_cast<size_t>(n), content.size() - at);
  std::memcpy(to, content.data() + at, have);
  if (have == static_cast<size_t>(n)) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + have, 0, static_cast<size_t>(n) - have);
  return SQLITE_IOERR_SHORT_READ;
}

int on_write(sqlite3_file* file, const void* from, int n, sqlite3_int64 offset) {
  const Open& f = open_of(file);
  const std::string_view bytes(static_cast<const char*>(from), static_cast<size_t>(n));
  const auto at = static_cast<uint64_t>(offset);
  if (!f.is_temporary) return code_of(f.vfs->disk().write(*f.file, at, bytes), SQLITE_IOERR_WRITE);
  if (f.file->seen.size() < at + bytes.size()) f.file->seen.resize(at + bytes.size());
  f.file->seen.replace(at, bytes.size(), bytes);
  return SQLITE_OK;
}

int on_truncate(sqlite3_file* file, sqlite3_int64 size) {
  const Open& f = open_of(file);
  if (f.is_temporary) {
    f.file->seen.resize(static_cast<size_t>(size));
    return SQLITE_OK;
  }
  return code_of(f.vfs->disk().truncate(*f.file, static_cast<uint64_t>(size)),
                 SQLITE_IOERR_TRUNCATE);
}

int on_sync(sqlite3_file* file, int) {
  Open& f = open_of(file);
  if (f.is_temporary) return SQLITE_OK;
  const Fault fault = f.vfs->disk().sync(*f.file, f.syncs_folder);
  return code_of(fault, SQLITE_IOERR_FSYNC);
}

int on_size(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(open_of(file).file->seen.size());
  return SQLITE_OK;
}

int on_lock(sqlite3_file* file, int level) {
  Open& f = open_of(file);
  DiskSharing& s = *f.sharing;
  if (f.level >= level) return SQLITE_OK;
  const auto is_others = [&](const void* holder) { return holder != nullptr && holder != &f; };
  if (is_others(s.exclusive)) return SQLITE_BUSY;
  if (level == SQLITE_LOCK_SHARED) {
    ++s.shared;
  } else {
    if (is_others(s.reserved)) return SQLITE_BUSY;
    s.reserved = &f;
    if (level == SQLITE_LOCK_EXCLUSIVE) {
      if (s.shared > 1) return SQLITE_BUSY;
      s.exclusive = &f;
    }
  }
  f.level = level;
  return SQLITE_OK;
}

int on_unlock(sqlite3_file* file, int level) {
  Open& f = open_of(file);
  DiskSharing& s = *f.sharing;
  if (f.level <= level) return SQLITE_OK;
  if (s.exclusive == &f) s.exclusive = nullptr;
  if (s.reserved == &f) s.reserved = nullptr;
  if (level == SQLITE_LOCK_NONE) --s.shared;
  f.level = level;
  return SQLITE_OK;
}

int on_check_reserved(sqlite3_file* file, int* is_reserved) {
  *is_reserved = open_of(file).sharing->reserved != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int on_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int on_sector_size(sqlite3_file*) { return 4096; }
int on_characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int on_shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  Open& f = open_of(file);
  auto& regions = f.sharing->regions;
  if (!f.is_mapped) {
    f.is_mapped = true;
    ++f.sharing->mapped;
  }
  *memory = nullptr;
  const auto wanted = static_cast<size_t>(region) + 1;
  while (extend != 0 && regions.size() < wanted) {
    regions.push_back(std::make_unique<char[]>(static_cast<size_t>(size)));
  }
  if (regions.size() >= wanted) *memory = regions[wanted - 1].get();
  return SQLITE_OK;
}

int on_shm_lock(sqlite3_file* file, int first, int n, int flags) {
  Open& f = open_of(file);
  DiskSharing& s = *f.sharing;
  const bool is_exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  const auto end = static_cast<size_t>(first) + static_cast<size_t>(n);
  for (auto i = static_cast<size_t>(first); i < end; ++i) {
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      if (is_exclusive) {
        s.shm_exclusive[i] = nullptr;
      } else {
        --s.shm_shared[i];
      }
      continue;
    }
    if (s.shm_exclusive[i] != nullptr || (is_exclusive && s.shm_shared[i] > 0)) {
      if (static_cast<size_t>(first) != i) {
        on_shm_lock(file, first, static_cast<int>(i) - first,
                    SQLITE_SHM_UNLOCK | (flags & (SQLITE_SHM_EXCLUSIVE | SQLITE_SHM_SHARED)));
      }
      return SQLITE_BUSY;
    }
    if (is_exclusive) {
      s.shm_exclusive[i] = &f;
    } else {
      ++s.shm_shared[i];
    }
  }
  return SQLITE_OK;
}

void on_shm_barrier(sqlite3_file*) {}

int on_shm_unmap(sqlite3_file* file, int) {
  Open& f = open_of(file);
  if (!f.is_mapped) return SQLITE_OK;
  f.is_mapped = false;
  if (--f.sharing->mapped == 0) f.sharing->regions.clear();
  return SQLITE_OK;
}

constexpr sqlite3_io_methods methods = {2,
                                        on_close,
                                        on_read,
                                        on_write,
                                        on_truncate,
                                        on_sync,
                                        on_size,
                                        on_lock,
                                        on_unlock,
                                        on_check_reserved,
                                        on_control,
                                        on_sector_size,
                                        on_characteristics,
                                        on_shm_map,
                                        on_shm_lock,
                                        on_shm_barrier,
                                        on_shm_unmap,
                                        nullptr,
                                        nullptr};

int on_open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* to, int flags, int* out_flags) {
  FaultyVfs& layer = layer_of(vfs);
  to->pMethods = nullptr;
  Disk::File file = name != nullptr ? layer.disk().find(name) : std::make_shared<DiskFile>();
  if (layer.disk().is_dead()) return SQLITE_CANTOPEN;
  if (!file) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    const Fault fault = layer.disk().create(name, file);
    if (fault != Fault::none) return code_of(fault, SQLITE_CANTOPEN);
  }
  auto* f = new (static_cast<void*>(to)) Open{};
  f->vfs = &layer;
  f->file = std::move(file);
  f->sharing = name != nullptr ? &layer.sharing(name) : &f->own_sharing;
  f->is_temporary = name == nullptr;
  f->syncs_folder = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  f->base.pMethods = &methods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int on_delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  Disk& disk = layer_of(vfs).disk();
  if (!disk.find(name)) return SQLITE_IOERR_DELETE_NOENT;
  return code_of(disk.remove(name, sync_folder != 0), SQLITE_IOERR_DELETE);
}

int on_access(sqlite3_vfs* vfs, const char* name, int, int* answer) {
  const Disk::File file = layer_of(vfs).disk().find(name);
  *answer = file ? 1 : 0;
  return SQLITE_OK;
}

int on_full_name(sqlite3_vfs*, const char* name, int n, char* to) {
  sqlite3_snprintf(n, to, "%s", name);
  return SQLITE_OK;
}

int on_sleep(sqlite3_vfs*, int microseconds) { return microseconds; }

// The same salts in every run, so that a point is the same point.
int on_random(sqlite3_vfs*, int n, char* to) {
  for (int i = 0; i < n; ++i) to[i] = static_cast<char>(i * 37 + 11);
  return n;
}

}  // namespace

FaultyVfs::FaultyVfs(std::string name, Disk& disk)
    : name_(std::move(name)), disk_(disk), vfs_(*sqlite3_vfs_find(nullptr)) {
  vfs_.iVersion = 1;
  vfs_.szOsFile = static_cast<int>(sizeof(Open));
  vfs_.mxPathname = 1024;
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = on_open;
  vfs_.xDelete = on_delete;
  vfs_.xAccess = on_access;
  vfs_.xFullPathname = on_full_name;
  vfs_.xSleep = on_sleep;
  vfs_.xRandomness = on_random;
  if (sqlite3_vfs_register(&vfs_, 0) != SQLITE_OK) {
    throw std::runtime_error("the file layer could not be registered");
  }
}

FaultyVfs::~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }

}  // namespace weft::test
