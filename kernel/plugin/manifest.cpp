#include "plugin/manifest.hpp"

#include <weft/plugin.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/json.hpp"
#include "base/limits.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "plugin/elf.hpp"

namespace weft::plugin {

using namespace weft::lit;

namespace {

constexpr std::string_view section_name = ".weft";
constexpr uint64_t head_bytes = offsetof(weft_manifest, check) + 4;
constexpr uint64_t searched_bytes = 64 * base::limits::mb;  // of a file without sections
constexpr std::string_view kinds[] = {"tool", "pattern", "store", "hook",
                                      "sink", "format",  "model", "stage"};

Error damaged(const std::string& file, std::string message) {
  return Error{.status = Status::corrupt,
               .code = "plugin.bad_manifest",
               .message = std::move(message),
               .hint = "build the plugin with weft_add_plugin, which embeds plugin.json",
               .where = {.file = file}};
}

Error wrong(std::string message, std::string hint, std::string pointer) {
  return Error{.status = Status::bad_input,
               .code = "plugin.bad_manifest",
               .message = std::move(message),
               .hint = std::move(hint),
               .where = {.file = "plugin.json", .pointer = std::move(pointer)}};
}

// The first place of the magic on an 8-byte boundary; only asked of files without sections.
Result<Stretch> search(const ReadFile& file) {
  std::vector<uint64_t> words(base::limits::block_bytes_max / sizeof(uint64_t));
  const uint64_t end = std::min(file.size(), searched_bytes);
  for (uint64_t at = 0; at < end;) {
    const uint64_t n = std::min<uint64_t>(words.size() * sizeof(uint64_t), end - at);
    if (!file.read(at, words.data(), n)) break;
    const auto stop = words.begin() + static_cast<std::ptrdiff_t>(n / sizeof(uint64_t));
    const auto hit = std::find(words.begin(), stop, WEFT_MANIFEST_MAGIC);
    if (hit != stop) {
      const uint64_t found = at + static_cast<uint64_t>(hit - words.begin()) * sizeof(uint64_t);
      return Stretch{found, file.size() - found};
    }
    at += n;
  }
  return damaged(file.path(), "the file has no manifest, so it is not a plugin");
}

Result<std::string> text_of(Value object, Key key, bool needed, std::string_view pointer) {
  const Value value = object[key];
  const std::string where = std::string(pointer) + "/" + std::string(key.view());
  if (!value.exists() && !needed) return std::string();
  if (!value.is_text() || (needed && value.as_text().empty())) {
    return wrong(base::quoted(key.view()) + " is not a text", "write it as a text", where);
  }
  return std::string(value.as_text());
}

Result<std::string> name_of(Value object, Key key, std::string_view pointer) {
  auto name = text_of(object, key, true, pointer);
  if (!name) return name;
  const bool plain = std::all_of(name->begin(), name->end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
  if (plain && name->size() <= base::limits::name_chars) return name;
  return wrong(
      base::quoted(*name) + " is not a name",
      "use letters, digits, '_', '-' and '.', at most " + std::to_string(base::limits::name_chars),
      std::string(pointer) + "/" + std::string(key.view()));
}

Result<std::string> kind_of(Value object, std::string_view pointer) {
  auto kind = text_of(object, "kind"_k, true, pointer);
  if (!kind) return kind;
  if (std::find(std::begin(kinds), std::end(kinds), *kind) != std::end(kinds)) return kind;
  std::string hint = base::did_you_mean(*kind, kinds);
  if (hint.empty()) hint = "the kinds are tool, pattern, store, hook, sink, format, model, stage";
  return wrong(base::quoted(*kind) + " is not a kind of plugin", std::move(hint),
               std::string(pointer) + "/kind");
}

Result<Offer> parse_offer(Value object, const std::string& kind, const std::string& pointer) {
  if (!object.is_object()) return wrong("a component is not an object", "give it an 'id'", pointer);
  Offer offer;
  offer.kind = kind;
  offer.object = object;
  auto id = name_of(object, "id"_k, pointer);
  if (!id) return id.error();
  auto description = text_of(object, "description"_k, false, pointer);
  if (!description) return description.error();
  if (object["kind"_k].exists()) {
    auto own = kind_of(object, pointer);
    if (!own) return own.error();
    offer.kind = std::move(*own);
  }
  offer.id = std::move(*id);
  offer.description = std::move(*description);
  for (const Value alias : object["aliases"_k]) {
    if (!alias.is_text())
      return wrong("an alias is not a text", "write texts", pointer + "/aliases");
    offer.aliases.emplace_back(alias.as_text());
  }
  return offer;
}

Result<void> parse_components(Value root, Manifest& manifest) {
  const Value list = root["components"_k];
  if (!list.is_array() || list.size() == 0) {
    return wrong("the manifest offers no components", "list at least one {\"id\": ...}",
                 "/components");
  }
  for (uint32_t i = 0; i < list.size(); ++i) {
    const std::string pointer = "/components/" + std::to_string(i);
    auto offer = parse_offer(list[i], manifest.kind, pointer);
    if (!offer) return offer.error();
    for (const Offer& other : manifest.components) {
      if (other.kind == offer->kind && base::fold_name(other.id) == base::fold_name(offer->id)) {
        return wrong("component '" + offer->id + "' is offered twice", "give it another id",
                     pointer + "/id");
      }
    }
    manifest.components.push_back(std::move(*offer));
  }
  return {};
}

}  // namespace

Result<ManifestText> read_manifest_text(const std::string& path) {
  auto file = ReadFile::open(path);
  if (!file) return file.error();
  auto section = find_section(*file, section_name);
  if (!section) return section.error();
  if (section->bytes == 0) section = search(*file);
  if (!section) return section.error();

  weft_manifest head{};
  if (section->bytes < head_bytes || !file->read(section->at, &head, head_bytes)) {
    return damaged(path, "the manifest is cut off in its header");
  }
  if (head.magic != WEFT_MANIFEST_MAGIC) return damaged(path, "the manifest has another magic");
  if (head.bytes > base::limits::manifest_bytes) {
    return damaged(path, "the manifest says it has " + std::to_string(head.bytes) +
                             " bytes, at most " + std::to_string(base::limits::manifest_bytes) +
                             " are read");
  }
  if (head.bytes > section->bytes - head_bytes) {
    return damaged(path, "the manifest says it has " + std::to_string(head.bytes) +
                             " bytes, its section has " +
                             std::to_string(section->bytes - head_bytes));
  }
  ManifestText text;
  text.json.resize(head.bytes);
  if (!file->read(section->at + head_bytes, text.json.data(), head.bytes)) {
    return damaged(path, "the manifest cannot be read");
  }
  std::copy(std::begin(head.check), std::end(head.check), text.check.begin());
  const base::Digest digest = base::sha256(text.json);
  if (!std::equal(text.check.begin(), text.check.end(), digest.begin())) {
    return damaged(path, "the manifest does not match its check sum");
  }
  return text;
}

Result<Manifest> parse_manifest(const ManifestText& text, Arena arena) {
  auto json = base::parse_json(text.json, arena);
  if (!json) {
    Error error = json.error();
    error.code = "plugin.bad_manifest";
    error.message = "the manifest is not valid JSON: " + error.message;
    error.where.file = "plugin.json";
    if (error.hint.empty()) error.hint = "correct plugin.json there and build the plugin again";
    return error;
  }
  if (!json->is_object()) return wrong("the manifest is not an object", "write {...}", "");
  Manifest manifest;
  manifest.check = text.check;
  manifest.bytes = static_cast<uint32_t>(text.json.size());
  auto id = name_of(*json, "id"_k, "");
  if (!id) return id.error();
  auto kind = kind_of(*json, "");
  if (!kind) return kind.error();
  auto version_text = text_of(*json, "version"_k, true, "");
  if (!version_text) return version_text.error();
  auto version = parse_version(*version_text);
  if (!version) return wrong(version.error().message, version.error().hint, "/version");
  auto description = text_of(*json, "description"_k, false, "");
  if (!description) return description.error();
  const Value min_host = (*json)["min_host"_k];
  if (min_host.exists() && (!min_host.is_integer() || min_host.as_u64(UINT64_MAX) > UINT32_MAX)) {
    return wrong("'min_host' is not a number", "write the minor of the host, such as 0",
                 "/min_host");
  }
  manifest.id = std::move(*id);
  manifest.kind = std::move(*kind);
  manifest.version_text = std::move(*version_text);
  manifest.version = std::move(*version);
  manifest.description = std::move(*description);
  manifest.min_host = static_cast<uint32_t>(min_host.as_u64());
  if (auto done = parse_components(*json, manifest); !done) return done.error();
  return manifest;
}

}  // namespace weft::plugin
