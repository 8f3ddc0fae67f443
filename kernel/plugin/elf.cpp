// Law of this file: every offset and count in it was written by a stranger and is compared with the
// size of the file before it is used.
#include "plugin/elf.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/limits.hpp"

namespace weft::plugin {

namespace {

constexpr uint64_t names_bytes_max = base::limits::mb;  // of all section names of a file

Error broken(const ReadFile& file, std::string code, std::string message, std::string hint) {
  return Error{.status = Status::corrupt,
               .code = std::move(code),
               .message = std::move(message),
               .hint = std::move(hint),
               .where = {.file = file.path()}};
}

Error cut_off(const ReadFile& file, std::string_view part) {
  return broken(file, "plugin.truncated_file",
                "the file is cut off: its " + std::string(part) + " end beyond its " +
                    std::to_string(file.size()) + " bytes",
                "copy or build the file again; install under another name and rename it");
}

std::string machine_text(uint16_t machine) {
  switch (machine) {
    case EM_386: return "32-bit x86";
    case EM_X86_64: return "x86-64";
    case EM_ARM: return "32-bit ARM";
    case EM_AARCH64: return "ARM64";
    case EM_RISCV: return "RISC-V";
    case EM_PPC64: return "PowerPC64";
    case EM_S390: return "S/390";
    default: return "machine " + std::to_string(machine);
  }
}

#if defined(__x86_64__)
constexpr uint16_t this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t this_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr uint16_t this_machine = EM_RISCV;
#else
constexpr uint16_t this_machine = EM_NONE;
#endif

Result<Elf64_Ehdr> read_header(const ReadFile& file) {
  Elf64_Ehdr head{};
  const bool whole = file.read(0, &head, sizeof head);
  std::array<unsigned char, EI_NIDENT> ident{};
  const bool named = whole || file.read(0, ident.data(), ident.size());
  if (whole) std::memcpy(ident.data(), head.e_ident, ident.size());
  if (!named || std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0) {
    return broken(file, "plugin.not_elf", "the file is not a shared library (no ELF header)",
                  "remove it from the folder of plugins, or build it as a module");
  }
  if (!whole) return cut_off(file, "headers");
  const bool foreign = ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB ||
                       (this_machine != EM_NONE && head.e_machine != this_machine);
  if (foreign) {
    return broken(file, "plugin.wrong_architecture",
                  "the file is for " + machine_text(head.e_machine) + ", this process is for " +
                      machine_text(this_machine),
                  "build the plugin for this machine");
  }
  if (head.e_type != ET_DYN) {
    return broken(file, "plugin.not_shared", "the file is an ELF file but not a shared library",
                  "build it as a module, with weft_add_plugin");
  }
  return head;
}

// Mapping a file that is shorter than its segments ends in SIGBUS, so this is asked before loading.
Result<void> check_segments(const ReadFile& file, const Elf64_Ehdr& head) {
  for (uint32_t i = 0; i < head.e_phnum; ++i) {
    Elf64_Phdr segment{};
    const uint64_t at = head.e_phoff + uint64_t{i} * head.e_phentsize;
    if (head.e_phentsize < sizeof segment || !file.read(at, &segment, sizeof segment)) {
      return cut_off(file, "program headers");
    }
    const uint64_t end = segment.p_offset + segment.p_filesz;
    if (segment.p_type == PT_LOAD && (end < segment.p_offset || end > file.size())) {
      return cut_off(file, "segments");
    }
  }
  return {};
}

}  // namespace

Result<ReadFile> ReadFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status{};
  const bool ok = fd >= 0 && fstat(fd, &status) == 0;
  const int problem = errno;
  ReadFile file(path, fd, ok ? static_cast<uint64_t>(status.st_size) : 0);
  if (ok && S_ISREG(status.st_mode)) return file;
  return Error{.status = Status::not_found,
               .code = "plugin.unreadable",
               .message = std::string("the file cannot be read: ") +
                          (ok ? "it is not a regular file" : std::strerror(problem)),
               .hint = "check that it exists and may be read",
               .where = {.file = path}};
}

ReadFile::ReadFile(ReadFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

ReadFile::~ReadFile() {
  if (fd_ >= 0) close(fd_);
}

bool ReadFile::read(uint64_t at, void* to, uint64_t n) const {
  if (at > size_ || n > size_ - at) return false;
  auto* bytes = static_cast<char*>(to);
  while (n > 0) {
    const ssize_t got = pread(fd_, bytes, n, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    at += static_cast<uint64_t>(got);
    n -= static_cast<uint64_t>(got);
  }
  return true;
}

Result<Stretch> find_section(const ReadFile& file, std::string_view name) {
  auto head = read_header(file);
  if (!head) return head.error();
  if (auto done = check_segments(file, *head); !done) return done.error();
  if (head->e_shoff == 0 || head->e_shnum == 0) return Stretch{};
  const uint64_t count = head->e_shnum;
  std::vector<Elf64_Shdr> sections(count);
  if (head->e_shentsize != sizeof(Elf64_Shdr) ||
      !file.read(head->e_shoff, sections.data(), count * sizeof(Elf64_Shdr))) {
    return cut_off(file, "section headers");
  }
  if (head->e_shstrndx >= count) return Stretch{};
  const Elf64_Shdr& texts = sections[head->e_shstrndx];
  std::string names(texts.sh_size <= names_bytes_max ? texts.sh_size : 0, '\0');
  if (names.empty() || !file.read(texts.sh_offset, names.data(), names.size())) {
    return cut_off(file, "names of sections");
  }
  names.back() = '\0';
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_name >= names.size() || names.c_str() + section.sh_name != name) continue;
    if (section.sh_type == SHT_NOBITS || section.sh_offset > file.size() ||
        section.sh_size > file.size() - section.sh_offset) {
      return cut_off(file, "sections");
    }
    return Stretch{section.sh_offset, section.sh_size};
  }
  return broken(file, "plugin.no_manifest",
                "the file has no section '" + std::string(name) + "', so it is not a plugin",
                "remove it from the folder of plugins, or build it with weft_add_plugin");
}

}  // namespace weft::plugin
