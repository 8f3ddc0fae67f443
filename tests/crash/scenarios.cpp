// The runs whose every moment is cut short. Long enough to hold what they are for, and no longer.
#include "process.hpp"

namespace weft::tests {
namespace {

const std::string five = R"({"id":"five","steps":[
  {"id":"a","tool":"pure","parameters":{"name":"a","value":"{{$input}}"}},
  {"id":"b","tool":"once","parameters":{"name":"b","value":"{{a}}"}},
  {"id":"c","tool":"idem","parameters":{"name":"c","value":"{{b.name}} and more","do":"fail",
   "times":1},"retry":{"max_attempts":3,"initial":"2s"}},
  {"id":"d","tool":"once","parameters":{"name":"d","value":"{{c}}","do":"later","ms":3000}},
  {"id":"e","tool":"read","parameters":{"name":"e","value":["{{a}}","{{d}}"]}}]})";

const std::string fan = R"({"id":"fan","type":"dag","steps":[
  {"id":"top","tool":"once","parameters":{"name":"top"}},
  {"id":"l","tool":"idem","parameters":{"name":"l","value":"{{top}}","do":"later","ms":20}},
  {"id":"m","tool":"once","parameters":{"name":"m","value":"{{top}}","do":"later","ms":30}},
  {"id":"r","tool":"slow","parameters":{"name":"r","value":"{{top}}"}},
  {"id":"join","tool":"once","parameters":{"name":"join","value":["{{l}}","{{m}}","{{r}}"]}}]})";

const std::string nested = R"({"id":"nested","steps":[
  {"id":"n1","tool":"idem","parameters":{"name":"n1"}},
  {"id":"outer","type":"dag","steps":[
    {"id":"n2","tool":"once","parameters":{"name":"n2","value":"{{n1}}","do":"later","ms":5}},
    {"id":"inner","type":"sequential","steps":[
      {"id":"n3","tool":"idem","parameters":{"name":"n3","value":"{{n1}}"}},
      {"id":"n4","tool":"once","parameters":{"name":"n4","value":"{{n3}}"}}]}]},
  {"id":"n5","tool":"idem","parameters":{"name":"n5","value":"{{outer}}"}}]})";

const std::string retried = R"({"id":"retried","steps":[
  {"id":"t1","tool":"idem","parameters":{"name":"t1","do":"fail","times":3},
   "retry":{"max_attempts":9,"initial":"300ms","multiplier":2}},
  {"id":"t2","tool":"idem","parameters":{"name":"t2","do":"hang","times":1},"timeout":"1s",
   "retry":{"max_attempts":5,"initial":"100ms"}}]})";

const std::string continued = R"({"id":"continued","type":"dag","steps":[
  {"id":"c1","tool":"once","parameters":{"name":"c1","do":"refuse"},"on_error":"continue"},
  {"id":"c2","tool":"once","parameters":{"name":"c2","value":"{{default(c1, 1)}}"},
   "run_if":"always"},
  {"id":"c3","tool":"idem","parameters":{"name":"c3"},"depends_on":["c1"]},
  {"id":"c4","tool":"idem","parameters":{"name":"c4"},"depends_on":["c1"],
   "run_if":"failure"}]})";

const std::string cancelled = R"({"id":"cancelled","type":"dag","steps":[
  {"id":"k1","tool":"once","parameters":{"name":"k1","do":"hang"}},
  {"id":"k2","tool":"idem","parameters":{"name":"k2","do":"hang"}},
  {"id":"k3","type":"sequential","steps":[
    {"id":"k4","tool":"idem","parameters":{"name":"k4","do":"hang"}},
    {"id":"k5","tool":"idem","parameters":{"name":"k5"}}]}]})";

const std::string doubtful = R"({"id":"doubtful","steps":[
  {"id":"d1","tool":"once","parameters":{"name":"d1","do":"later","ms":10}},
  {"id":"d2","tool":"slow_once","parameters":{"name":"d2","value":"{{d1}}"}},
  {"id":"d3","tool":"once","parameters":{"name":"d3","value":"{{d2}}","do":"later","ms":10}}]})";

std::string pair(const std::string& p) {
  return R"({"id":")" + p + R"(","steps":[{"id":")" + p +
         R"(1","tool":"once","parameters":{"name":")" + p + R"(1","do":"later","ms":7}},{"id":")" +
         p + R"(2","tool":"idem","parameters":{"name":")" + p + R"(2","value":"{{)" + p +
         R"(1}}","do":"later","ms":7}}]})";
}

std::string large() {
  return R"({"id":"large","steps":[
  {"id":"w1","tool":"once","parameters":{"name":"w1","value":")" +
         std::string(14'000, 'w') + R"("}},
  {"id":"w2","tool":"once","parameters":{"name":"w2","value":"and {{w1.value}}"}}]})";
}

const std::string tended = R"({"id":"tended","steps":[
  {"id":"e1","tool":"once","parameters":{"name":"e1","do":"later","ms":1500}},
  {"id":"e2","tool":"idem","parameters":{"name":"e2","do":"later","ms":1500}},
  {"id":"e3","tool":"once","parameters":{"name":"e3","value":"{{e2}}","do":"later","ms":1500}}]})";

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"five steps in a row, on a disk with nothing", {five}, 0, true},
      {"fan-out and join", {fan}},
      {"blocks in blocks", {nested}},
      {"attempts again", {retried}},
      {"going on after a failure", {continued}},
      {"a cancelled run", {cancelled}, 500'000'000},
      {"steps in doubt", {doubtful}},
      {"two runs in one commit", {pair("p"), pair("q")}},
      {"values of many pages", {large()}},
      {"tables and log in turn", {tended}},
  };
  return all;
}

}  // namespace weft::tests
