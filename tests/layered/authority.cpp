// Who decides over a key, and what of other layers is never seen.
#include "catch.hpp"
#include "layers.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;
using Texts = std::vector<std::string>;

constexpr const char* shared =
    R"({"name": "shared", "at": "sqlite:shared.db", "keys": ["state/", "state/user/ann/"]},
       {"name": "mine", "at": "memory:mine", "keys": ["state/user/"]})";

TEST_CASE("layered_store_has_one_authority_per_key", "[layered]") {
  Folder folder;
  const Place before = document(folder, "local", "");
  {
    INFO("values that lie in the first layer under prefixes which others claim later");
    StoreHost store(before);
    REQUIRE(store.message() == "");
    Batch batch;
    for (const char* key : {"state/global//a", "state/user/ann/a", "state/user/bob/a", "other/a"}) {
      batch.put(key, "left in the first");
    }
    REQUIRE(store.commit(batch).message == "");
  }
  const Place place = document(folder, "local", shared);
  StoreHost store(place);
  REQUIRE(store.message() == "");
  REQUIRE(store.acquire() == WEFT_OK);
  for (const char* key : {"state/global//a", "state/user/ann/a", "state/user/bob/a"}) {
    INFO(key);
    CHECK(at(store, key) == "-");
  }
  CHECK(at(store, "other/a") == "left in the first");
  CHECK(keys(store, "") == Texts{"other/a"});

  Batch batch;
  batch.put("state/global//b", "of shared").put("state/user/ann/b", "of shared, too");
  batch.put("state/user/bob/b", "of mine").put("other/b", "of local").append("a", 1, "record");
  REQUIRE(store.commit(batch).message == "");
  CHECK(at(store, "state/user/bob/b") == "of mine");
  const Texts all{"other/a", "other/b", "state/global//b", "state/user/ann/b", "state/user/bob/b"};
  CHECK(keys(store, "") == all);
  CHECK(keys(store, "state/user/") == Texts{"state/user/ann/b", "state/user/bob/b"});
  CHECK(keys(store, "", "other/b", 2) == Texts{"state/global//b", "state/user/ann/b"});
  CHECK(keys(store, "state/user/bob/") == Texts{"state/user/bob/b"});

  INFO("another first layer sees what is shared, by the longest prefix, and nothing else");
  StoreHost other(document(folder, "other", shared));
  REQUIRE(other.message() == "");
  CHECK(at(other, "state/user/ann/b") == "of shared, too");
  CHECK(keys(other, "") == Texts{"state/global//b", "state/user/ann/b"});
  CHECK(other.load("a").status == WEFT_NOT_FOUND);
  CHECK(store.load("a").records == Texts{"record"});
}

TEST_CASE("what the store keeps for itself is neither shown nor written", "[layered]") {
  Folder folder;
  StoreHost store(document(folder, "local", shared));
  REQUIRE(store.message() == "");
  REQUIRE(store.commit(Batch().append("a", 1, "1").put_new("state/x", "1")).message == "");
  CHECK(keys(store, "") == Texts{"state/x"});
  CHECK(keys(store, "layered/").empty());
  CHECK(at(store, "layered/id") == "-");
  const Reply reply = store.commit(Batch().put("layered/id", "mine"));
  CHECK(reply.status == WEFT_BAD_INPUT);
  CHECK_THAT(reply.message, ContainsSubstring("'layered/id'"));
}

TEST_CASE("a folder of files is read when it is asked, and never written", "[layered]") {
  Folder folder;
  write(folder / "context/style.md", "Be brief.\n");
  write(folder / "context/limits.json", R"({"most": 3})");
  write(folder / "context/50%.txt", "half");
  write(folder / "context/picture.png", "no value");
  write(folder / "context/deeper/x.txt", "not looked at");
  std::filesystem::create_symlink("/etc/passwd", folder / "context/link.txt");
  StoreHost store(
      document(folder, "local",
               R"({"name": "context", "at": "files:context", "keys": ["state/custom/project/"]})"));
  REQUIRE(store.message() == "");
  const std::string project = "state/custom/project/";
  CHECK(keys(store, project) == Texts{project + "50%25", project + "limits", project + "style"});
  CHECK(keys(store, "", project + "50%25", 1) == Texts{project + "limits"});
  const auto entry = [&](const std::string& name) {
    const Reply reply = store.get(project + name);
    REQUIRE(reply.message == "");
    return std::string(reply.value.as_bytes());
  };
  const auto value = [](const std::string& bytes) {
    return Value(reinterpret_cast<const weft_slot*>(bytes.data()))["value"_k];
  };
  const std::string style = entry("style"), limits = entry("limits"), half = entry("50%25");
  CHECK(value(style).as_text() == "Be brief.\n");
  CHECK(value(limits)["most"_k].as_i64() == 3);
  CHECK(value(half).as_text() == "half");
  for (const char* name : {"picture", "link", "x", "deeper", "", "..%2Flocal", "50%"}) {
    CHECK(at(store, project + name) == "-");
  }

  write(folder / "context/style.md", "Be long.\n");
  CHECK(value(entry("style")).as_text() == "Be long.\n");
  write(folder / "context/style.txt", "Be both.\n");
  CHECK_THAT(at(store, project + "style"), ContainsSubstring("style.md and style.txt"));
  std::filesystem::remove(folder / "context/style.txt");
  write(folder / "context/limits.json", "{\n  \"most\": }");
  CHECK_THAT(at(store, project + "limits"), ContainsSubstring("limits.json:2:11: no value"));
  CHECK(store.get(project + "limits").status == WEFT_CORRUPT);

  const Reply written = store.commit(Batch().append("a", 1, "1").put(project + "style", "x"));
  CHECK(written.status == WEFT_DENIED);
  CHECK_THAT(written.message, ContainsSubstring("'context'") && ContainsSubstring("read-only") &&
                                  ContainsSubstring("'" + project + "style'"));
  CHECK(store.load("a").status == WEFT_NOT_FOUND);
  std::filesystem::remove_all(folder / "context");
  CHECK_THAT(at(store, project + "style"), ContainsSubstring("cannot be listed"));
}

}  // namespace
}  // namespace weft::test
