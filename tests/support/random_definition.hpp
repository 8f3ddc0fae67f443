// random_definition: a definition drawn from a seed, of sequential and dag blocks in each other.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace weft::tests {

struct RandomShape {
  uint32_t depth = 4;         // of blocks
  uint32_t steps = 24;        // in all, about
  bool may_fail = true;       // else the outcome is the same in whatever order things happen
  bool repeats_only = false;  // no step that must not be called twice
};

class RandomDefinition final {
 public:
  RandomDefinition(uint64_t seed, RandomShape shape) : random_(seed), shape_(shape) {}

  // JSON.
  std::string make() {
    std::vector<std::string> known;
    bool is_sure = true;
    const std::string type = draw(2) == 0 ? "sequential" : "dag";
    return R"({"id":"random","type":")" + type + R"(","timeout":"10h",)" +
           block(1, known, is_sure) + "}";
  }

 private:
  uint64_t draw(uint64_t below) { return random_() % below; }
  bool one_in(uint64_t n) { return draw(n) == 0; }

  // known: the steps that can be spoken of and surely have a result.
  // A block in which some step may not succeed may end with null.
  std::string block(uint32_t depth, std::vector<std::string> known, bool& is_sure) {
    std::string steps;
    const uint64_t count = 1 + draw(depth == 1 ? 8 : 4);
    for (uint64_t i = 0; i < count && (made_ < shape_.steps || i == 0); ++i) {
      if (!steps.empty()) steps += ",\n";
      steps += step(depth, known, is_sure);
    }
    return R"("steps":[)" + steps + "]";
  }

  std::string step(uint32_t depth, std::vector<std::string>& known, bool& is_block_sure) {
    std::string id("s");
    id += std::to_string(++made_);
    std::string text = R"({"id":")" + id + '"';
    bool is_sure = true;
    if (!known.empty() && one_in(6)) {
      text += R"(,"if":"exists()" + known[draw(known.size())] + ") " + (one_in(2) ? "and" : "or") +
              R"( $input.number > )" + std::to_string(draw(12)) + '"';
      is_sure = false;
    }
    if (depth < shape_.depth && one_in(4)) {
      text += R"(,"type":")" + std::string(one_in(2) ? "dag" : "sequential") + R"(",)" +
              block(depth + 1, known, is_sure);
    } else {
      text += tool(id, known, is_sure);
    }
    if (is_sure || shape_.may_fail) known.push_back(id);
    is_block_sure = is_block_sure && is_sure;
    return text + "}";
  }

  std::string tool(const std::string& id, const std::vector<std::string>& known, bool& is_sure) {
    static const char* const tools[] = {"pure", "idem", "slow", "read", "once", "slow_once"};
    const uint64_t which = draw(shape_.repeats_only ? 4 : 6);
    const bool repeats = which < 4;
    std::string text = R"(,"tool":")" + std::string(tools[which]) + R"(","parameters":{"name":")" +
                       id + R"(","value":)" + value(known) + behaviour(repeats, is_sure) + "}";
    if (repeats) text += R"(,"retry":{"max_attempts":4,"initial":"100ms","jitter":0.5})";
    if (!is_sure || one_in(8)) text += R"(,"on_error":"continue")";
    return text + R"(,"timeout":"5s")";
  }

  // What the tool does wrong, and whether the step succeeds all the same.
  std::string behaviour(bool repeats, bool& is_sure) {
    const std::string ms = R"(","ms":)" + std::to_string(draw(900));
    switch (draw(10)) {
      case 0: return R"(,"do":"twice)" + ms;
      case 1: return R"(,"do":"meta")";
      case 2:
      case 3:
      case 4: return R"(,"do":"later)" + ms;
      case 5:
        if (repeats) return R"(,"do":"fail","times":)" + std::to_string(1 + draw(2));
        break;
      case 6:
        if (repeats && one_in(2)) return R"(,"do":"hang","times":1)";
        break;
      case 7:
        if (shape_.may_fail || one_in(2)) {
          is_sure = false;
          return R"(,"do":"refuse")";
        }
        break;
      default: break;
    }
    return "";
  }

  std::string value(const std::vector<std::string>& known) {
    if (known.empty() || one_in(4)) {
      return one_in(2) ? std::to_string(draw(1000)) : R"("a constant that needs room of its own")";
    }
    const std::string& from = known[draw(known.size())];
    if (one_in(3)) return R"("{{)" + from + R"(}}")";
    if (one_in(3)) return R"(["{{)" + from + R"(}}",{"of":"{{$input.text}}"}])";
    return R"("then {{)" + from + R"(}} and {{$input.number}}")";
  }

  std::mt19937_64 random_;
  RandomShape shape_;
  uint32_t made_ = 0;
};

}  // namespace weft::tests
