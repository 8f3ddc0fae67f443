// Files with a manifest that can be listed and not loaded, in a folder that ends with the test.
#pragma once

#include <elf.h>
#include <unistd.h>
#include <weft/plugin.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "base/sha256.hpp"

namespace made {

class Folder final {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weft-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path() const { return path_.string(); }
  std::string write(std::string_view name, std::string_view bytes) const {
    const auto file = path_ / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

template <class T>
void append(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// What stands in the section '.weft'.
inline std::string section(std::string_view json) {
  std::string out;
  append(out, WEFT_MANIFEST_MAGIC);
  append(out, static_cast<uint32_t>(json.size()));
  const auto digest = weft::base::sha256(json);
  out.append(reinterpret_cast<const char*>(digest.data()), 4);
  return out.append(json);
}

#if defined(__aarch64__)
inline constexpr uint16_t machine = EM_AARCH64;
#else
inline constexpr uint16_t machine = EM_X86_64;
#endif

// An ELF file of three sections: none, the manifest, the names. padding stands for the code.
inline std::string elf(std::string_view content, size_t padding = 0) {
  const std::string names("\0.weft\0.shstrtab\0", 17);
  Elf64_Ehdr head{};
  std::memcpy(head.e_ident, ELFMAG, SELFMAG);
  head.e_ident[EI_CLASS] = ELFCLASS64;
  head.e_ident[EI_DATA] = ELFDATA2LSB;
  head.e_type = ET_DYN;
  head.e_machine = machine;
  head.e_shentsize = sizeof(Elf64_Shdr);
  head.e_shnum = 3;
  head.e_shstrndx = 2;
  const uint64_t at = (sizeof head + padding + 7) / 8 * 8;
  Elf64_Shdr sections[3]{};
  sections[1].sh_name = 1;
  sections[1].sh_type = SHT_PROGBITS;
  sections[1].sh_offset = at;
  sections[1].sh_size = content.size();
  sections[2].sh_name = 7;
  sections[2].sh_type = SHT_STRTAB;
  sections[2].sh_offset = at + content.size();
  sections[2].sh_size = names.size();
  head.e_shoff = at + content.size() + names.size();
  std::string out;
  append(out, head);
  out.resize(at, '\0');
  out.append(content).append(names);
  for (const Elf64_Shdr& s : sections) append(out, s);
  return out;
}

inline std::string plugin(std::string_view json, size_t padding = 0) {
  return elf(section(json), padding);
}

// A plugin of one tool.
inline std::string tool(const std::string& name, const std::string& version,
                        const std::string& more = "") {
  return R"({"id":"tool.)" + name + R"(","version":")" + version +
         R"(","kind":"tool","description":"Makes )" + name + R"(","components":[{"id":")" + name +
         "\"" + more + "}]}";
}

}  // namespace made
