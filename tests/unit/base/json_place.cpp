#include "sample.hpp"

using namespace weft::base;

TEST_CASE("a pointer leads to the line, column and length of what it names", "[place]") {
  const std::string_view text =
      "{\n"
      "  \"id\": \"flöw\",\n"
      "  \"steps\": [\n"
      "    {\"id\": \"a\", \"note\": \"} ] \\\" ,\"},\n"
      "    {\"a/b\": -1.5, \"c~d\": [true, {}], \"\\u0065\": 7}\n"
      "  ],\n"
      "  \"é\": {\"x\": null}, \"\": 3\n"
      "}\n";
  struct Row {
    const char* pointer;
    bool found;
    uint32_t line, column, length;
  };
  const Row row =
      GENERATE(Row{"", true, 1, 1, 1}, Row{"/id", true, 2, 9, 6}, Row{"/id~", true, 2, 3, 4},
               Row{"/steps", true, 3, 12, 1}, Row{"/steps/0", true, 4, 5, 1},
               Row{"/steps/0/note", true, 4, 25, 10}, Row{"/steps/1/a~1b", true, 5, 13, 4},
               Row{"/steps/1/a~1b~", true, 5, 6, 5}, Row{"/steps/1/c~0d/0", true, 5, 27, 4},
               Row{"/steps/1/c~0d/1", true, 5, 33, 1}, Row{"/steps/1/e", true, 5, 48, 1},
               Row{"/steps/1/e~", true, 5, 38, 8}, Row{"/é/x", true, 7, 14, 4},
               Row{"/", true, 7, 25, 1}, Row{"/missing", false, 1, 1, 1},
               Row{"/steps/2", false, 3, 12, 1}, Row{"/steps/0/x/y", false, 4, 5, 1},
               Row{"/steps/0~", false, 4, 5, 1}, Row{"~", false, 1, 1, 1},
               Row{"/steps/01", false, 3, 12, 1}, Row{"no/pointer", false, 1, 1, 1});
  CAPTURE(row.pointer);
  const Place place = locate_json(text, row.pointer);
  CHECK(place.found == row.found);
  CHECK(place.line == row.line);
  CHECK(place.column == row.column);
  CHECK(place.length == row.length);
}

TEST_CASE("text that is cut or wrong gives a place inside it", "[place]") {
  const std::string_view text = R"({"a":[1,{"b":"c\"","d":[[]]}],"e":2})";
  for (size_t size = 0; size <= text.size(); ++size) {
    for (const char* pointer : {"/a/1/b", "/e", "/a/1/d/0/0", "/e~"}) {
      CHECK(locate_json(text.substr(0, size), pointer).offset <= size);
    }
  }
}
