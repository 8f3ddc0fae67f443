// tool.file_operations: reads, writes, lists, copies, moves and removes files that are granted.
#include <sys/stat.h>

#include <cerrno>

#include "content.hpp"
#include "listing.hpp"
#include "names.hpp"
#include "replacing.hpp"
#include "transfer.hpp"

namespace weft::files {

using namespace lit;

namespace {

// A path among the arguments, tidy.
std::string path_at(Value in, Key key) {
  const std::string_view path = in[key].as_text();
  if (path.empty()) {
    std::string message("'");
    message.append(key.view()).append("' is missing or empty");
    refuse("tool.invalid_argument", std::move(message), "give this operation a path",
           {{"pointer", std::string(1, '/').append(key.view())}});
  }
  return tidy(path);
}

Value input_of(Value in) {
  const Value input = in["input"_k];
  if (!input.exists()) {
    refuse("tool.invalid_argument", "'input' is missing", "give what is to be written",
           {{"pointer", "/input"}});
  }
  return input;
}

Transfer transfer_of(Value in) {
  return {path_at(in, "source_path"_k), path_at(in, "target_path"_k), in["recursive"_k].as_bool(),
          in["trash"_k].as_bool()};
}

// Arguments of the call that takes a move back.
void put_undo(Builder& b, const std::string& now, const std::string& before) {
  b.key("undo"_k);
  b.begin_object();
  b.set("operation"_k, "move");
  b.set("source_path"_k, std::string_view(whole_text(now)));
  b.set("target_path"_k, std::string_view(whole_text(before)));
  b.end_object();
}

Value do_read(Value in, const Access& access, const sdk::Call& call) {
  const Value content = read_content(access, path_at(in, "path"_k), call.arena());
  Builder b = call.builder();
  b.begin_object();
  b.set("input"_k, content);
  b.set("size"_k, content.size());
  b.end_object();
  return b.take_value();
}

Value do_write(Value in, const Access& access, const sdk::Call& call) {
  const std::string path = path_at(in, "path"_k);
  std::string room;
  const std::string_view bytes = content_of(input_of(in), room);
  const Spot spot = access.spot(path);
  Draft draft(spot, mode_for(spot));
  write_all(draft.fd(), bytes, path, access);
  draft.publish();
  Builder b = call.builder();
  b.begin_object();
  b.set("path"_k, std::string_view(path));
  b.set("size"_k, bytes.size());
  b.end_object();
  return b.take_value();
}

Value do_append(Value in, const Access& access, const sdk::Call& call) {
  const std::string path = path_at(in, "path"_k);
  std::string room;
  const std::string_view bytes = content_of(input_of(in), room);
  const uint64_t size = append_content(access, path, bytes);
  sync_directory(access.spot(path).directory, path);
  Builder b = call.builder();
  b.begin_object();
  b.set("path"_k, std::string_view(path));
  b.set("size"_k, size);
  b.set("appended"_k, bytes.size());
  b.end_object();
  return b.take_value();
}

Value do_delete(Value in, const Access& access, const sdk::Call& call) {
  const std::string path = path_at(in, "path"_k);
  const bool to_trash = in["trash"_k].as_bool();
  const Outcome outcome =
      to_trash ? move_to_trash(access, path) : remove(access, path, in["recursive"_k].as_bool());
  Builder b = call.builder();
  b.begin_object();
  b.set("path"_k, std::string_view(path));
  b.set("count"_k, outcome.count);
  if (!outcome.trash.empty()) {
    b.set("trash"_k, std::string_view(whole_text(outcome.trash)));
    put_undo(b, outcome.trash, path);
  }
  b.end_object();
  return b.take_value();
}

// Makes one directory; true when it was not there. missing says that its parent is not.
bool make_directory(const Spot& spot) {
  if (::mkdirat(spot.directory.get(), spot.name.c_str(), directory_mode) == 0) {
    sync_directory(spot.directory, spot.path);
    return true;
  }
  const int error = errno;
  const auto there = about_entry(spot);
  if (error == EEXIST && there && kind_of(*there) == Kind::directory) return false;
  fail(error, "create the directory", spot.path);
}

bool make_directories(const Access& access, const std::string& path, uint32_t level) {
  const auto spot = access.try_spot(path);
  if (spot) return make_directory(*spot);
  const std::string parent = parent_of(path);
  if (level > levels_max || parent == path) return make_directory(access.spot(path));
  make_directories(access, parent, level + 1);
  return make_directory(access.spot(path));
}

Value do_create_dir(Value in, const Access& access, const sdk::Call& call) {
  const std::string path = path_at(in, "path"_k);
  const bool created = in["recursive"_k].as_bool() ? make_directories(access, path, 0)
                                                   : make_directory(access.spot(path));
  Builder b = call.builder();
  b.begin_object();
  b.set("path"_k, std::string_view(path));
  b.set("created"_k, created);
  b.end_object();
  return b.take_value();
}

Value do_list(Value in, const Access& access, const sdk::Call& call) {
  Builder b = call.builder();
  return list(access, path_at(in, "path"_k), in["recursive"_k].as_bool(), b);
}

Value do_copy(Value in, const Access& access, const sdk::Call& call) {
  const Transfer transfer = transfer_of(in);
  const Outcome outcome = copy(access, transfer);
  Builder b = call.builder();
  b.begin_object();
  b.set("source"_k, std::string_view(transfer.source));
  b.set("target"_k, std::string_view(transfer.target));
  b.set("count"_k, outcome.count);
  b.end_object();
  return b.take_value();
}

Value do_move(Value in, const Access& access, const sdk::Call& call) {
  const Transfer transfer = transfer_of(in);
  const Outcome outcome = move(access, transfer);
  Builder b = call.builder();
  b.begin_object();
  b.set("source"_k, std::string_view(transfer.source));
  b.set("target"_k, std::string_view(transfer.target));
  if (!outcome.trash.empty()) b.set("trash"_k, std::string_view(whole_text(outcome.trash)));
  put_undo(b, transfer.target, transfer.source);
  b.end_object();
  return b.take_value();
}

Value do_metadata(Value in, const Access& access, const sdk::Call& call) {
  Builder b = call.builder();
  return metadata(access, path_at(in, "path"_k), b);
}

Value do_exists(Value in, const Access& access, const sdk::Call& call) {
  const bool exists = access.try_look(path_at(in, "path"_k)).has_value();
  Builder b = call.builder();
  b.begin_object();
  b.set("exists"_k, exists);
  b.end_object();
  return b.take_value();
}

struct Operation {
  std::string_view name;
  Value (*run)(Value in, const Access& access, const sdk::Call& call);
};

constexpr Operation operations[] = {{"read", do_read},
                                    {"write", do_write},
                                    {"append", do_append},
                                    {"delete", do_delete},
                                    {"create_dir", do_create_dir},
                                    {"list_dir", do_list},
                                    {"copy", do_copy},
                                    {"move", do_move},
                                    {"metadata", do_metadata},
                                    {"exists", do_exists}};

}  // namespace

struct FileOperations {
  static constexpr std::string_view id = "file_operations";

  Value operator()(Value in, sdk::Call& call) const {
    const std::string_view name = in["operation"_k].as_text();
    const Access access(call);
    std::string known;
    for (const Operation& operation : operations) {
      if (operation.name == name) return operation.run(in, access, call);
      known.append(known.empty() ? "" : ", ").append(operation.name);
    }
    refuse("tool.unknown_operation", std::string("there is no operation ").append(quoted(name)),
           std::string("the operations are ").append(known), {{"pointer", "/operation"}});
  }
};

}  // namespace weft::files

WEFT_PLUGIN(weft::files::FileOperations);
