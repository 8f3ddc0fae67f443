#include "beside.hpp"

#include <filesystem>
#include <string>

#include "text.hpp"
#include "values.hpp"

namespace weft::cli {

namespace fs = std::filesystem;

namespace {

Error not_found(std::string hint) {
  return {Status::not_found, "spec.unknown_workflow", "no file has that name", std::move(hint)};
}

}  // namespace

Result<DefinitionText> find_beside(std::string_view name, std::string_view file) {
  if (name.find_first_of("/\\") != std::string_view::npos) {
    return not_found("a name with a slash is no file beside the definition");
  }
  std::error_code ignored;
  const fs::path given(file);
  const bool is_file = fs::is_regular_file(given, ignored);
  const fs::path directory = is_file ? given.parent_path() : fs::path();
  for (const std::string_view ending : {".yaml", ".yml", ".json"}) {
    const fs::path path = directory / concat({name, ending});
    if (!fs::is_regular_file(path, ignored)) continue;
    auto text = read_text(path.string());
    if (!text) return text.error();
    return DefinitionText{std::move(*text), path.string()};
  }
  const std::string where =
      directory.empty() ? std::string("the working directory") : directory.string();
  return not_found(
      concat({"looked for ", name, ".yaml, ", name, ".yml and ", name, ".json in ", where}));
}

}  // namespace weft::cli
