// What a document of layers may not say, and that the answer names place, reason and remedy.
#include "catch.hpp"
#include "layers.hpp"

namespace weft::test {
namespace {

struct Row {
  const char *text, *place, *reason, *remedy;
};

std::string with(std::string_view others) {
  return R"({"layers": [{"name": "local", "at": "sqlite:local.db"}, )" + std::string(others) + "]}";
}

void check_refused(const std::string& text, const Row& row) {
  Folder folder;
  const std::string file = write(folder / "layers.json", text);
  StoreHost store({file, ""});
  INFO(text << "\n" << store.message());
  CHECK_FALSE(store.is_open());
  CHECK(store.status() == WEFT_BAD_INPUT);
  CHECK_THAT(store.message(), ContainsSubstring(file + ":"));
  CHECK_THAT(store.message(), ContainsSubstring(row.place) && ContainsSubstring(row.reason) &&
                                  ContainsSubstring(row.remedy));
}

TEST_CASE("a document that cannot be used is refused with place, reason and remedy", "[layered]") {
  const auto row = GENERATE(
      Row{"{\"layers\": [}", ":1:13: ", "no value stands here", "correct the JSON"},
      Row{"{\n \"layers\": 1, \"layers\": 2}", ":2:", "twice", "correct the JSON"},
      Row{"[]", "the document", "no object", "layers"},
      Row{R"({"layer": []})", "the document", "unknown field 'layer'", "did you mean 'layers'?"},
      Row{R"({"layers": []})", "layers", "at least one layer", "list the local one first"},
      Row{R"({"layers": [{"name": "a b", "at": "memory:"}]})", "layers[0].name", "no name",
          "letters"},
      Row{R"({"layers": [{"name": "a", "at": "x.db"}]})", "layers[0].at", "which store",
          "sqlite:PATH"},
      Row{R"({"layers": [{"name": "a", "at": "memory:", "read_only": true}]})", "layers[0]",
          "read-only", "begin with a layer that may be written"},
      Row{R"({"layers": [{"name": "a", "at": "layered:b"}]})", "layers[0].at", "layered itself",
          "list its layers here"});
  check_refused(row.text, row);
}

TEST_CASE("a layer that is described wrongly is refused", "[layered]") {
  const auto row =
      GENERATE(Row{R"({"name": "b", "at": "memory:", "keis": ["state/"]})", "layers[1]",
                   "unknown field 'keis'", "did you mean 'keys'?"},
               Row{R"({"name": "b", "at": "memory:", "color": "red"})", "layers[1]",
                   "unknown field 'color'", "there is 'name', 'at', 'keys', 'read_only'"},
               Row{R"({"name": "b", "at": "memory:"})", "layers[1].keys", "at least one prefix",
                   "state/global/"},
               Row{R"({"name": "b", "at": "memory:", "keys": [""]})", "layers[1].keys[0]",
                   "no prefix", "state/global/"},
               Row{R"({"name": "local", "at": "memory:", "keys": ["state/"]})", "layers[1].name",
                   "another", "a name of its own"},
               Row{R"({"name": "b", "at": "sqlite:local.db", "keys": ["state/"]})", "layers[1].at",
                   "store of 'local'", "a store of its own"},
               Row{R"({"name": "b", "at": "memory:", "keys": ["state/"], "read_only": 1})",
                   "layers[1].read_only", "neither true nor false", "leave it out"},
               Row{R"({"name": "b", "at": "files:x", "keys": ["state/global/"]})", "layers[1].keys",
                   "not one owner", "state/custom/project/"});
  check_refused(with(row.text), row);
}

TEST_CASE("keys of the runs are refused to every layer but the first", "[layered]") {
  const std::string key = GENERATE("run/", "run/a", "r", "inbox/", "outbox/x", "timer/", "untold/",
                                   "owner/", "epoch/", "start/", "fork/", "spawn/", "blob/",
                                   "definition/", "lock/door", "layered/", "layered/redo/");
  const Row row{"", "layers[1].keys[1]", "belong to the runs", "claim others"};
  check_refused(with(R"({"name": "b", "at": "memory:", "keys": ["state/", ")" + key + "\"]}"), row);
}

TEST_CASE("two layers that claim one prefix are refused by both names", "[layered]") {
  Folder folder;
  StoreHost store(document(folder, "local",
                           R"({"name": "b", "at": "memory:b", "keys": ["state/global/"]},
         {"name": "c", "at": "memory:c", "keys": ["state/user/", "state/global/"]})"));
  CHECK_FALSE(store.is_open());
  CHECK_THAT(store.message(), ContainsSubstring("layers[2].keys[1]") && ContainsSubstring("'b'") &&
                                  ContainsSubstring("'c'") && ContainsSubstring("'state/global/'"));
}

TEST_CASE("a layer that cannot be opened is named with its store and the reason", "[layered]") {
  Folder folder;
  const auto row =
      GENERATE(Row{R"({"name": "b", "at": "postgres://x", "keys": ["state/"]})", "layer 'b'",
                   "no such", "postgres://x"},
               Row{R"({"name": "b", "at": "sqlite:/proc/no/x.db", "keys": ["state/"]})",
                   "layer 'b'", "/proc/no", "sqlite:/proc/no/x.db"},
               Row{R"({"name": "b", "at": "files:none", "keys": ["state/custom/p/"]})", "layer 'b'",
                   "cannot be listed", "make it"});
  StoreHost store(document(folder, "local", row.text));
  INFO(store.message());
  CHECK_FALSE(store.is_open());
  CHECK_THAT(store.message(), ContainsSubstring(row.place) && ContainsSubstring(row.reason) &&
                                  ContainsSubstring(row.remedy));
}

TEST_CASE("a document that is not there says so", "[layered]") {
  Folder folder;
  StoreHost store({folder / "none.json", ""});
  CHECK_THAT(store.message(), ContainsSubstring("none.json: the document cannot be read"));
}

}  // namespace
}  // namespace weft::test
