#include "values.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>

#include "arguments.hpp"
#include "pool.hpp"
#include "text.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

Error unreadable(const std::string& file, int why) {
  const bool is_absent = why == ENOENT;
  Error error{Status::not_found, "usage.unreadable",
              "cannot read " + in_quotes(file) + ": " + std::strerror(why),
              is_absent ? "check the path; it is relative to the current folder" : ""};
  return error;
}

// One value as it is typed: JSON where it is JSON, else the text itself.
Document typed(std::string_view text) {
  auto json = Document::parse_json(text);
  if (json) return std::move(*json);
  Pool pool;
  Builder b(pool.arena());
  b.text(text);
  return Document::copy(b.take_value());
}

// What the settings say, by key, before it is laid over a value.
struct Overlay {
  std::string key;  // in the one that holds it
  std::unique_ptr<Document> leaf;
  std::vector<Overlay> entries;

  Overlay& at(std::string_view wanted) {
    for (Overlay& entry : entries) {
      if (entry.key == wanted) return entry;
    }
    entries.emplace_back().key = wanted;
    return entries.back();
  }
  const Overlay* find(std::string_view wanted) const {
    for (const Overlay& entry : entries) {
      if (entry.key == wanted) return &entry;
    }
    return nullptr;
  }
};

void lay(const Overlay& overlay, Value base, Builder& out) {
  if (overlay.leaf != nullptr) return out.link(overlay.leaf->view());
  out.begin_object();
  const uint32_t n = base.is_object() ? base.size() : 0;
  for (uint32_t i = 0; i < n; ++i) {
    out.key(Key(base.key(i)));
    const Overlay* over = overlay.find(base.key(i));
    if (over != nullptr) {
      lay(*over, base[i], out);
    } else {
      out.link(base[i]);
    }
  }
  for (const Overlay& entry : overlay.entries) {
    if (base.is_object() && base[Key(entry.key)].exists()) continue;
    out.key(Key(entry.key));
    lay(entry, Value(), out);
  }
  out.end_object();
}

Result<void> add_setting(std::string_view setting, Overlay& overlay) {
  const size_t equals = setting.find('=');
  std::string_view path = setting.substr(0, equals);
  const auto wrong = [&](const char* what) {
    return usage_error(concat({"'--set ", setting, "' ", what}),
                       "write --set key=value, or --set outer.inner=value");
  };
  if (equals == std::string_view::npos) return wrong("has no '='");
  Overlay* at = &overlay;
  for (bool is_last = false; !is_last;) {
    const size_t dot = path.find('.');
    is_last = dot == std::string_view::npos;
    if (path.substr(0, dot).empty()) return wrong("has an empty key");
    at = &at->at(path.substr(0, dot));
    if (at->leaf != nullptr && !is_last) return wrong("goes into a value that was set before");
    path.remove_prefix(is_last ? path.size() : dot + 1);
  }
  if (!at->entries.empty()) return wrong("replaces what was set inside it before");
  at->leaf = std::make_unique<Document>(typed(setting.substr(equals + 1)));
  return {};
}

}  // namespace

Result<std::string> read_text(const std::string& file) {
  const bool is_input = file == "-";
  const int fd = is_input ? STDIN_FILENO : open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return unreadable(file, errno);
  std::string text;
  struct stat about{};
  if (fstat(fd, &about) == 0 && about.st_size > 0) text.reserve(static_cast<size_t>(about.st_size));
  int why = 0;
  for (char piece[16384];;) {
    const ssize_t n = read(fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) why = errno;
    if (n <= 0) break;
    text.append(piece, static_cast<size_t>(n));
  }
  if (!is_input) close(fd);
  if (why != 0) return unreadable(file, why);
  return text;
}

Result<Document> read_value(std::string_view option, std::string_view given, Diagnostics& sources) {
  const std::string spelled = concat({"--", option});
  std::string name = spelled;
  std::string text(given);
  if (given == "-" || given.starts_with('@')) {
    const std::string file(given == "-" ? given : given.substr(1));
    auto read = read_text(file);
    if (!read) return read.error();
    text = std::move(*read);
    name = file == "-" ? "standard input" : file;
  }
  auto value = Document::parse_json(text);
  if (value) return value;
  Error error = value.error();
  error.code = "usage.invalid_json";
  error.where.file = name;
  if (error.hint.empty()) {
    error.hint = spelled + " takes JSON, '@FILE' or '-'; a text needs quotes";
  }
  sources.add_source(name, text);
  return error;
}

Result<Document> with_settings(const Document& base, const std::vector<std::string>& settings) {
  if (settings.empty()) return Document::copy(base.view());
  if (!base.view().is_object()) {
    return usage_error("'--set' needs an object to set keys of", "give '--input' an object");
  }
  Overlay overlay;
  for (const std::string& setting : settings) {
    if (auto added = add_setting(setting, overlay); !added) return added.error();
  }
  Pool pool;
  Builder b(pool.arena());
  lay(overlay, base.view(), b);
  return Document::copy(b.take_value());
}

Result<KernelOptions::Part> read_part(std::string_view option, std::string_view given) {
  const size_t colon = given.find(':');
  KernelOptions::Part part{std::string(given.substr(0, colon)), Document()};
  std::string_view rest = colon == std::string_view::npos ? "" : given.substr(colon + 1);
  if (rest.starts_with('{')) {
    auto config = Document::parse_json(rest);
    if (!config) return config.error();
    part.config = std::move(*config);
    return part;
  }
  std::map<std::string, Document, std::less<>> settings;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    const size_t equals = one.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return usage_error(concat({in_quotes(one), " of '--", option, "' is no key=value"}),
                         concat({"write --", option, " ID:key=value,key=value"}));
    }
    settings.insert_or_assign(std::string(one.substr(0, equals)), typed(one.substr(equals + 1)));
  }
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  for (const auto& [key, value] : settings) b.set(Key(key), value.view());
  b.end_object();
  part.config = Document::copy(b.take_value());
  return part;
}

Document grants_of(const std::vector<std::string>& read, const std::vector<std::string>& write) {
  Pool pool;
  Builder b(pool.arena());
  const auto list = [&](Key key, const std::vector<std::string>& paths) {
    b.key(key);
    b.begin_array();
    for (const std::string& path : paths) b.text(path);
    b.end_array();
  };
  b.begin_object();
  if (!read.empty() || !write.empty()) {
    b.key("fs"_k);
    b.begin_object();
    list("read"_k, read);
    list("write"_k, write);
    b.end_object();
  }
  b.end_object();
  return Document::copy(b.take_value());
}

}  // namespace weft::cli
