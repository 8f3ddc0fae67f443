// Law of this file: what a plugin passes is not believed, and a path is first judged by its words,
// then opened without following any link that was not granted, so both speak of the same thing.
#include "plugin/files.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weft/draft/service.h>

#include "base/text.hpp"
#include "plugin/beneath.hpp"
#include "plugin/failure.hpp"
#include "plugin/grants.hpp"

namespace weft::plugin {

using namespace lit;

struct Files::Root {
  int directory = -1;
  int error = 0;  // why there is none
  std::atomic<bool> with_openat2{true};

  explicit Root(const std::string& path)
      : directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
        error(directory < 0 ? errno : 0) {}
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  ~Root() {
    if (directory >= 0) ::close(directory);
  }
};

// What h of a table points at.
struct Files::Lent {
  weft_files table{};
  Instance* instance = nullptr;
  bool is_limited = false;  // by the manifest
  PathGrants asked;         // what the manifest asks for
  base::Mutex mutex;
  std::shared_ptr<Root> root WEFT_GUARDED_BY(mutex);  // null once the kernel is gone
};

namespace {

struct Refusal {
  weft_status status = WEFT_FAILED;
  std::string_view code;  // of the detail
  uint32_t flags = 0;
  std::string message, hint;
};

// A path as it stands in a message: damaged bytes become '?', which as a pattern matches them.
std::string shown(std::string_view path) {
  std::string text(path);
  const bool is_whole = base::is_utf8(text);
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !is_whole)) c = '?';
  }
  return text;
}

std::string in_quotes(std::string_view text) { return std::string(1, '\'').append(text) + "'"; }

// The detail is {code, hint}; without memory the message stands alone.
weft_val detail_of(const Refusal& refusal, weft_arena* memory) {
  if (memory == nullptr || memory->impl == nullptr) return {nullptr, 0};
  try {
    Builder b(Arena(memory, CallArena::grow, nullptr));
    b.begin_object();
    b.set("code"_k, refusal.code);
    if (!refusal.hint.empty()) b.set("hint"_k, std::string_view(refusal.hint));
    b.end_object();
    return b.take();
  } catch (const std::bad_alloc&) {
    return {nullptr, 0};
  }
}

weft_status refuse(const Refusal& refusal, const weft_call* call, weft_error* error) {
  if (error == nullptr || error->size < sizeof *error) return refusal.status;
  std::string_view text = refusal.message;
  if (text.size() > sizeof error->msg) {
    size_t most = sizeof error->msg;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
    text = text.substr(0, most);
  }
  fill(error, refusal.status, refusal.flags, text);
  if (call != nullptr) error->detail = detail_of(refusal, call->arena);
  return refusal.status;
}

bool is_write(uint32_t how) { return how == WEFT_FILE_APPEND || how == WEFT_FILE_PARENT; }

bool is_known(uint32_t how) {
  return how == WEFT_FILE_READ || how == WEFT_FILE_DIR || how == WEFT_FILE_STAT || is_write(how);
}

Refusal bad_path(std::string message, std::string hint) {
  return {WEFT_BAD_INPUT, "tool.invalid_argument", WEFT_ERR_BAD_INPUT, std::move(message),
          std::move(hint)};
}

Refusal not_granted(const PlainPath& path, uint32_t how) {
  const std::string_view verb = is_write(how) ? "write" : "read";
  const std::string grant = shown(path.shown());
  std::string message = "no grant to ";
  message.append(verb).append(" ").append(in_quotes(grant)).append("; it needs fs.").append(verb);
  message.append(": [\"").append(grant).append("\"]");
  std::string hint = "add policy: {fs: {";
  hint.append(verb).append(": [\"").append(grant).append("\"]}} to the workflow, or run it with ");
  hint.append("--allow-").append(verb).append(" ").append(in_quotes(grant));
  return {WEFT_DENIED, "permission.denied", WEFT_ERR_DENIED, std::move(message), std::move(hint)};
}

Refusal not_asked(const PlainPath& path, uint32_t how, const std::string& component) {
  const std::string_view verb = is_write(how) ? "write" : "read";
  const std::string grant = shown(path.shown());
  std::string message = "the manifest of ";
  message.append(in_quotes(component)).append(" does not ask for fs.").append(verb);
  message.append(": [\"").append(grant).append("\"]");
  std::string hint = "add it to permissions.fs.";
  hint.append(verb).append(" in plugin.json, or choose a path that is listed there");
  return {WEFT_DENIED, "permission.denied", WEFT_ERR_DENIED, std::move(message), std::move(hint)};
}

Refusal leaves_root(std::string_view path) {
  std::string message = "the path ";
  message.append(in_quotes(shown(path))).append(" leads out of the working directory by '..'");
  return {WEFT_DENIED, "permission.denied", WEFT_ERR_DENIED, std::move(message),
          "name it from '/', and grant that path"};
}

struct Failed {
  int error;
  weft_status status;
  std::string_view code;
  uint32_t flags;
  std::string_view hint;
};

// How the errors of open are told; the last one stands for all others.
constexpr Failed failed[] = {
    {ENOENT, WEFT_NOT_FOUND, "tool.not_found", 0, "create it first, or correct the path"},
    {ENOTDIR, WEFT_NOT_FOUND, "tool.not_found", 0, "a part of the path is no directory"},
    {EISDIR, WEFT_CONFLICT, "tool.conflict", 0, "it is a directory; name a file"},
    {ENXIO, WEFT_CONFLICT, "tool.conflict", 0, "it is no regular file; name one"},
    {ENODEV, WEFT_CONFLICT, "tool.conflict", 0, "it is no regular file; name one"},
    {ELOOP, WEFT_DENIED, "permission.denied", WEFT_ERR_DENIED,
     "a part of it is a symbolic link; name the path it leads to, or grant fs.follow_symlinks: "
     "true, as long as it stays beneath what is granted"},
    {EXDEV, WEFT_DENIED, "permission.denied", WEFT_ERR_DENIED,
     "a symbolic link in it leads out of what is granted; grant the path it leads to"},
    {EACCES, WEFT_DENIED, "permission.denied", WEFT_ERR_DENIED,
     "the operating system refuses; give the user of this process access to it"},
    {EPERM, WEFT_DENIED, "permission.denied", WEFT_ERR_DENIED,
     "the operating system refuses; give the user of this process access to it"},
    {EROFS, WEFT_DENIED, "permission.denied", WEFT_ERR_DENIED,
     "the file system cannot be written; choose a path on another one"},
    {ENAMETOOLONG, WEFT_BAD_INPUT, "tool.invalid_argument", WEFT_ERR_BAD_INPUT,
     "use names of at most 255 bytes and paths below 4,096"},
    {EMFILE, WEFT_BUSY, "resource.busy", WEFT_ERR_RETRYABLE,
     "too many files are open; raise 'ulimit -n' or run fewer steps at once"},
    {ENFILE, WEFT_BUSY, "resource.busy", WEFT_ERR_RETRYABLE,
     "too many files are open on this machine; close some"},
    {ENOSPC, WEFT_FAILED, "resource.disk", WEFT_ERR_RETRYABLE, "free space on this file system"},
    {EDQUOT, WEFT_FAILED, "resource.disk", WEFT_ERR_RETRYABLE, "free space within the quota"},
    {0, WEFT_FAILED, "tool.io", WEFT_ERR_RETRYABLE, "look at the file system and try again"},
};

Refusal not_opened(const PlainPath& path, int error, uint32_t how) {
  const Failed* found = failed;
  while (found->error != 0 && found->error != error) ++found;
  Refusal refusal{found->status, found->code, found->flags, in_quotes(shown(path.shown())),
                  std::string(found->hint)};
  refusal.message.append(" cannot be opened: ");
  refusal.message.append(std::generic_category().message(error));
  if (error == ENOTDIR && how == WEFT_FILE_DIR) {
    refusal.status = WEFT_CONFLICT;
    refusal.code = "tool.conflict";
    refusal.hint = "it is no directory; name one";
  }
  return refusal;
}

int flags_of(uint32_t how) {
  switch (how) {
    case WEFT_FILE_READ: return O_RDONLY | O_NONBLOCK | O_NOCTTY;
    case WEFT_FILE_APPEND: return O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;
    case WEFT_FILE_STAT: return O_PATH | O_NOFOLLOW;
    default: return O_RDONLY | O_DIRECTORY;
  }
}

// The path as seen from the directory where its grant begins, or from above when the grant begins
// at the path itself and its parent is wanted.
struct Target {
  std::string base, rest;
};

Target target_of(const PlainPath& path, const PathPattern& grant, uint32_t how) {
  std::string_view whole = path.text;
  if (how == WEFT_FILE_PARENT) {
    const size_t slash = whole.rfind('/');
    whole = slash == std::string_view::npos ? std::string_view() : whole.substr(0, slash);
  }
  std::string_view base = grant.prefix();
  if (base.size() > whole.size()) base = whole;
  std::string_view rest = whole.substr(base.size());
  if (rest.starts_with('/')) rest.remove_prefix(1);
  return {std::string(base), std::string(rest)};
}

int open_target(int root, const Target& target, const OpenWay& way) {
  const OpenWay to_base{O_PATH | O_DIRECTORY, way.follow_links, way.with_openat2};
  const int base = open_beneath(root, target.base, to_base);
  if (base < 0) return base;
  const int fd = open_beneath(base, target.rest, way);
  ::close(base);
  return fd;
}

int open_granted(int root, const PlainPath& path, const Target& target, const OpenWay& way) {
  if (!path.is_absolute) return open_target(root, target, way);
  const int top = ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (top < 0) return -errno;
  const int fd = open_target(top, target, way);
  ::close(top);
  return fd;
}

// A pipe or a device would block or act; the descriptor of a regular file blocks as usual.
int keep_regular(int fd) {
  struct stat about{};
  int error = ::fstat(fd, &about) != 0 ? errno : 0;
  if (error == 0 && S_ISDIR(about.st_mode)) error = EISDIR;
  if (error == 0 && !S_ISREG(about.st_mode)) error = ENXIO;
  if (error == 0) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0) error = errno;
  }
  if (error == 0) return fd;
  ::close(fd);
  return -error;
}

// The grant of a path, or null with the reason.
const PathPattern* judge(const PathGrants& grants, const PlainPath& path, uint32_t how) {
  if (is_write(how)) return find_grant(grants.write, path);
  const PathPattern* grant = find_grant(grants.read, path);
  if (grant == nullptr && how == WEFT_FILE_STAT) grant = find_grant(grants.write, path);
  return grant;
}

std::optional<Refusal> unusable(weft_str path, uint32_t how, const int32_t* fd) {
  if (fd == nullptr || !is_known(how)) {
    return bad_path("the file service was asked in a way it does not know",
                    "pass one of WEFT_FILE_... and where to put the descriptor");
  }
  if (path.n == 0 || path.p == nullptr) return bad_path("the path is empty", "name a path");
  if (path.n > 4096) {
    return bad_path("the path is longer than 4,096 bytes", "use a shorter path");
  }
  if (to_view(path).find('\0') != std::string_view::npos) {
    return bad_path("the path has a zero byte", "remove it");
  }
  return std::nullopt;
}

}  // namespace

struct FilesService {
  struct Wish {
    weft_str path;
    uint32_t how;
  };

  static weft_status open(void* h, const weft_call* call, weft_str path, uint32_t how, int32_t* fd,
                          weft_error* error) noexcept {
    const auto answer = opened(*static_cast<Files::Lent*>(h), call, Wish{path, how}, fd);
    return answer ? refuse(*answer, call, error) : WEFT_OK;
  }

  // Null when *fd is open.
  static std::optional<Refusal> opened(Files::Lent& lent, const weft_call* call, Wish wish,
                                       int32_t* fd) {
    if (auto refusal = unusable(wish.path, wish.how, fd)) return refusal;
    *fd = -1;
    const auto path = plain_path(to_view(wish.path));
    if (!path) return leaves_root(to_view(wish.path));
    const Value fs = call != nullptr ? Value(lent.instance->grants(call->op))["fs"_k] : Value();
    const PathGrants grants = PathGrants::of(fs);
    const PathPattern* grant = judge(grants, *path, wish.how);
    if (grant == nullptr) return not_granted(*path, wish.how);
    if (lent.is_limited && judge(lent.asked, *path, wish.how) == nullptr) {
      return not_asked(*path, wish.how, lent.instance->id());
    }
    if (wish.how == WEFT_FILE_PARENT && path->text.empty()) {
      return Refusal{WEFT_CONFLICT, "tool.conflict", 0,
                     in_quotes(path->shown()) + " cannot be made, replaced or removed",
                     "name something in it"};
    }
    const bool follow = grants.follow_symlinks && (!lent.is_limited || lent.asked.follow_symlinks);
    return open_at_root(lent, *path, target_of(*path, *grant, wish.how), {wish.how, follow}, fd);
  }

  struct Manner {
    uint32_t how;
    bool follow_links;
  };

  static std::optional<Refusal> open_at_root(Files::Lent& lent, const PlainPath& path,
                                             const Target& target, Manner manner, int32_t* fd) {
    std::shared_ptr<Files::Root> root;
    {
      const base::Lock lock(lent.mutex);
      root = lent.root;
    }
    if (root == nullptr) {
      return Refusal{WEFT_UNSUPPORTED, "tool.unsupported", 0, "the kernel of this call has ended",
                     "open files before the call ends"};
    }
    if (root->directory < 0 && !path.is_absolute) return not_opened(path, root->error, 0);
    const OpenWay way{flags_of(manner.how), manner.follow_links, root->with_openat2.load()};
    int opened = open_granted(root->directory, path, target, way);
    const bool is_file = manner.how == WEFT_FILE_READ || manner.how == WEFT_FILE_APPEND;
    if (opened >= 0 && is_file) opened = keep_regular(opened);
    if (opened < 0) return not_opened(path, -opened, manner.how);
    *fd = opened;
    return std::nullopt;
  }
};

Files::Files() : Files(".") {}
Files::Files(const std::string& directory) : root_(std::make_shared<Root>(directory)) {}

Files::~Files() {
  const base::Lock lock(mutex_);
  for (Lent* lent : lent_) {
    const base::Lock own(lent->mutex);
    lent->root = nullptr;
  }
}

void Files::use_no_openat2() { root_->with_openat2 = false; }

Services Files::services() {
  return {this, [](void* self, Instance& instance, std::string_view id) {
            return static_cast<Files*>(self)->lend(instance, id);
          }};
}

const void* Files::lend(Instance& instance, std::string_view id) {
  if (id != WEFT_SVC_FILES_ID) return nullptr;
  // What a plugin may call after its kernel is gone must stay.
  static base::Mutex kept_mutex;
  static std::deque<Lent> kept;
  Lent* lent = nullptr;
  {
    const base::Lock lock(kept_mutex);
    lent = &kept.emplace_back();
  }
  const Value fs = instance.manifest()["permissions"_k]["fs"_k];
  lent->table = {sizeof(weft_files), 0, lent, FilesService::open};
  lent->instance = &instance;
  lent->is_limited = fs.exists();
  lent->asked = PathGrants::of(fs);
  if (fs.exists() && !fs["follow_symlinks"_k].exists()) lent->asked.follow_symlinks = true;
  {
    const base::Lock lock(lent->mutex);
    lent->root = root_;
  }
  const base::Lock lock(mutex_);
  lent_.push_back(lent);
  return &lent->table;
}

}  // namespace weft::plugin
