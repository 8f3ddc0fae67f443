#include "document.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "json.hpp"
#include "names.hpp"

namespace weft::layered {

using lit::operator""_k;

namespace {

constexpr size_t layers_max = 16;
constexpr size_t claims_max = 256;

// What belongs to the runs of this store, or would mean something else to another process.
constexpr std::array<std::string_view, 15> local_keys{
    "run/",  "timer/", "untold/", "owner/",      "epoch/", "outbox/",    "inbox/",  "start/",
    "fork/", "spawn/", "blob/",   "definition/", "lock/",  "lock-over/", own_prefix};

class Reader final {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  Result<std::vector<Described>> read(Value root) {
    if (!root.is_object())
      return wrong("the document", "is no object", "write {\"layers\": [...]}");
    if (auto fine = fields(root, "", root_fields); !fine) return fine.error();
    const Value layers = root["layers"_k];
    if (!layers.is_array() || layers.size() == 0) {
      return wrong("layers", "is not a list with at least one layer",
                   "list the local one first: {\"name\": \"local\", \"at\": \"sqlite:local.db\"}");
    }
    if (layers.size() > layers_max) {
      return wrong("layers", "has more than 16 layers", "let one layer claim several prefixes");
    }
    for (uint32_t i = 0; i < layers.size(); ++i) {
      where_ = "layers[" + std::to_string(i) + "]";
      if (auto fine = layer(layers[i]); !fine) return fine.error();
    }
    return std::move(all_);
  }

  Error wrong(std::string_view place, std::string_view what, std::string_view remedy) const {
    return {Status::bad_input, "store.bad_document",
            joined({file_, ": ", place, " ", what, "; ", remedy})};
  }

 private:
  static constexpr std::array<std::string_view, 1> root_fields{"layers"};
  static constexpr std::array<std::string_view, 4> layer_fields{"name", "at", "keys", "read_only"};

  Result<void> fields(Value object, std::string_view where,
                      std::span<const std::string_view> known) const {
    for (uint32_t i = 0; i < object.size(); ++i) {
      const std::string_view name = object.key(i);
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const std::string_view near = nearest(name, known);
      std::string remedy =
          near.empty() ? "there is" : joined({"did you mean ", in_quotes(near), "?"});
      for (const std::string_view one : known) {
        if (near.empty()) remedy += joined({one == known.front() ? " " : ", ", in_quotes(one)});
      }
      const std::string place = where.empty() ? "the document" : std::string(where);
      return wrong(place, joined({"has the unknown field ", in_quotes(name)}), remedy);
    }
    return {};
  }
  std::string at(std::string_view field) const { return joined({where_, ".", field}); }

  Result<void> layer(Value said) {
    if (!said.is_object()) {
      return wrong(where_, "is no object", "write {\"name\": ..., \"at\": ..., \"keys\": [...]}");
    }
    if (auto fine = fields(said, where_, layer_fields); !fine) return fine;
    Described one;
    one.name = said["name"_k].as_text();
    if (auto fine = name(one.name); !fine) return fine;
    if (auto fine = place(said["at"_k].as_text(), one); !fine) return fine;
    const Value read_only = said["read_only"_k];
    if (read_only.exists() && !read_only.is_boolean()) {
      return wrong(at("read_only"), "is neither true nor false", "write true, or leave it out");
    }
    one.is_read_only = read_only.as_bool(one.is_files());
    if (all_.empty() && one.is_read_only) {
      return wrong(where_, "is the first layer, which holds the runs, and is read-only",
                   "begin with a layer that may be written");
    }
    if (one.is_files() && !one.is_read_only) {
      return wrong(at("read_only"), "is false for a folder of files, which is never written",
                   "leave it out");
    }
    if (auto fine = keys(said["keys"_k], one); !fine) return fine;
    all_.push_back(std::move(one));
    return {};
  }

  Result<void> name(std::string_view name) const {
    const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-';
    });
    if (name.empty() || !is_plain || name.size() > 60) {
      return wrong(at("name"), "is no name",
                   "give the layer one of at most 60 letters, digits, '_' and '-'");
    }
    for (const Described& other : all_) {
      if (other.name == name) {
        return wrong(at("name"), joined({"is ", in_quotes(name), ", as another layer is called"}),
                     "give each layer a name of its own");
      }
    }
    return {};
  }

  // A relative path is one beside the document.
  Result<void> place(std::string_view said, Described& one) const {
    const size_t colon = said.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return wrong(at("at"), "does not say which store it means",
                   "write 'sqlite:PATH', 'memory:NAME' or 'files:FOLDER'");
    }
    const std::string_view scheme = said.substr(0, colon), rest = said.substr(colon + 1);
    if (scheme == "layered") {
      return wrong(at("at"), "is layered itself", "list its layers here");
    }
    const std::filesystem::path folder = std::filesystem::path(file_).parent_path();
    one.at = said;
    if (!rest.empty() && !rest.starts_with('/') && !folder.empty()) {
      one.at = joined({scheme, ":", (folder / rest).string()});
    }
    if (one.is_files() && rest.empty()) {
      return wrong(at("at"), "names no folder", "write 'files:FOLDER'");
    }
    for (const Described& other : all_) {
      if (other.at == one.at) {
        return wrong(at("at"), joined({"is the store of ", in_quotes(other.name), ", too"}),
                     "give each layer a store of its own");
      }
    }
    return {};
  }

  Result<void> keys(Value said, Described& one) {
    const bool is_first = all_.empty();
    if (!is_first || said.exists()) {
      if (!said.is_array() || said.size() == 0) {
        return wrong(at("keys"), "is not a list with at least one prefix",
                     "say what the layer is for: \"keys\": [\"state/global/\"]");
      }
    }
    for (uint32_t i = 0; i < said.size(); ++i) {
      const std::string where = joined({at("keys"), "[", std::to_string(i), "]"});
      const std::string_view prefix = said[i].as_text();
      if (auto fine = claim(where, prefix, one); !fine) return fine;
      one.keys.emplace_back(prefix);
    }
    if (!one.is_files()) return {};
    const std::string_view prefix = one.keys.front();
    const bool is_owner = prefix.starts_with("state/") && prefix.ends_with('/') &&
                          std::count(prefix.begin(), prefix.end(), '/') == 3;
    if (one.keys.size() == 1 && is_owner) return {};
    return wrong(at("keys"), "is not one owner of state, whose values the files are",
                 "write one prefix such as 'state/custom/project/' or 'state/global//'");
  }

  Result<void> claim(std::string_view where, std::string_view prefix, const Described& by) {
    if (prefix.empty()) {
      return wrong(where, "is no prefix of keys", "write a text such as 'state/global/'");
    }
    const bool is_first = all_.empty();
    for (const std::string_view local : local_keys) {
      if (is_first || !overlap(prefix, local)) continue;
      const std::string what = joined({in_quotes(prefix), " claims keys below ", in_quotes(local),
                                       ", which belong to the runs and so to the first layer, ",
                                       in_quotes(all_.front().name)});
      return wrong(where, what, "claim others, such as 'state/global/'");
    }
    const auto same = [&](const Described& other) {
      return std::find(other.keys.begin(), other.keys.end(), prefix) != other.keys.end();
    };
    const auto other = std::find_if(all_.begin(), all_.end(), same);
    if (other != all_.end() || same(by)) {
      const std::string_view who = other != all_.end() ? other->name : by.name;
      const std::string what = joined(
          {in_quotes(prefix), " is claimed by ", in_quotes(who), " and by ", in_quotes(by.name)});
      return wrong(where, what, "let one layer alone decide over it");
    }
    if (++claims_ <= claims_max) return {};
    return wrong(where, "is one prefix too many", "claim at most 256 in all");
  }

  const std::string& file_;
  std::string where_;
  std::vector<Described> all_;
  size_t claims_ = 0;
};

}  // namespace

Result<std::vector<Described>> read_document(const std::string& file) {
  Reader reader(file);
  std::error_code ignored;
  const std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file, ignored)) {
    const int error = in ? EISDIR : errno;
    return reader.wrong("the document", joined({"cannot be read: ", std::strerror(error)}),
                        "name a file that lists the layers: layered:FILE");
  }
  std::ostringstream text;
  text << in.rdbuf();
  Memory memory;
  auto root = read_json(text.str(), memory.arena());
  if (root) return reader.read(*root);
  const Where& at = root.error().where;
  const std::string place = std::to_string(at.line) + ":" + std::to_string(at.column) + ":";
  Error e = reader.wrong(place, root.error().message, "correct the JSON there");
  e.message.replace(file.size(), 2, ":");
  return e;
}

}  // namespace weft::layered
