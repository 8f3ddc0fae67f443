#include "arguments.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>

#include "suggest.hpp"
#include "text.hpp"

namespace weft::cli {
namespace {

namespace po = boost::program_options;

constexpr const char* words_key = "\x01words";  // cannot be typed

std::string spelling_of(const Option& option) {
  std::string name(option.name);
  if (option.letter != 0) name.append(",").append(1, option.letter);
  return name;
}

Error unknown(std::string_view written, const Options& options) {
  std::vector<std::string> spelled;
  for (const auto& group : options) {
    for (const Option& option : group) spelled.push_back(concat({"--", option.name}));
  }
  const std::string_view name = written.substr(0, written.find('='));
  std::string hint =
      did_you_mean(name, std::vector<std::string_view>(spelled.begin(), spelled.end()));
  if (hint.empty()) hint = "'weft help VERB' lists the options of a verb";
  Error error = usage_error("unknown option " + in_quotes(name), std::move(hint));
  error.code = "usage.unknown_option";
  return error;
}

Error misused(const po::error_with_option_name& e) {
  const std::string name = e.get_option_name();
  if (dynamic_cast<const po::invalid_command_line_syntax*>(&e) != nullptr) {
    const auto kind = dynamic_cast<const po::invalid_command_line_syntax*>(&e)->kind();
    const bool is_switch = kind == po::invalid_syntax::extra_parameter;
    return usage_error(
        "option " + in_quotes(name) + " " + (is_switch ? "takes no value" : "needs a value"),
        is_switch ? "leave the '=' and what follows it" : "write it behind the option");
  }
  return usage_error(e.what(), "'weft help VERB' lists the options of a verb");
}

}  // namespace

Error usage_error(std::string message, std::string hint) {
  return {Status::bad_input, "usage.wrong", std::move(message), std::move(hint)};
}

// Program_options throws what is wrong, and nothing of it leaves this function.
Result<Arguments> Arguments::parse(std::span<const std::string> words, const Options& options) {
  po::options_description all;
  for (const auto& group : options) {
    for (const Option& option : group) {
      const po::value_semantic* semantic = new po::untyped_value(option.value.empty());
      all.add_options()(spelling_of(option).c_str(), semantic);
    }
  }
  all.add_options()(words_key, po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add(words_key, -1);
  constexpr int style =
      po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
  Arguments arguments;
  try {
    const auto parsed =
        po::command_line_parser(std::vector<std::string>(words.begin(), words.end()))
            .options(all)
            .positional(positional)
            .style(style)
            .run();
    for (const auto& option : parsed.options) {
      auto& values =
          option.position_key >= 0 ? arguments.words_ : arguments.given_[option.string_key];
      values.insert(values.end(), option.value.begin(), option.value.end());
    }
  } catch (const po::unknown_option& e) {
    return unknown(e.get_option_name(), options);
  } catch (const po::error_with_option_name& e) {
    return misused(e);
  } catch (const po::error& e) {
    return usage_error(e.what(), "'weft help VERB' lists the options of a verb");
  }
  return arguments;
}

std::string_view Arguments::value(std::string_view option, std::string_view fallback) const {
  const auto found = given_.find(option);
  return found == given_.end() || found->second.empty() ? fallback : found->second.back();
}

std::vector<std::string> Arguments::values(std::string_view option) const {
  const auto found = given_.find(option);
  return found == given_.end() ? std::vector<std::string>() : found->second;
}

Result<uint32_t> number_of(const Arguments& arguments, std::string_view option, uint32_t fallback) {
  if (!arguments.has(option)) return fallback;
  const std::string_view text = arguments.value(option);
  uint32_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return number;
  return usage_error(concat({in_quotes(text), " is no whole number for '--", option, "'"}),
                     concat({"write digits, such as '--", option, " 4'"}));
}

}  // namespace weft::cli
