# sdk.manifests: weft_check_manifest says what is wrong with a plugin.json, each fault by its sentence.
cmake_minimum_required(VERSION 3.25)
if(CHECK)
  include(${SDK}/cmake/WeftManifest.cmake)
  weft_check_manifest(${CHECK} x)
  return()
endif()

set(good [==[{"id": "tool.x", "version": "1.0.0", "kind": "tool", "description": "d", "components":
  [{"id": "x", "description": "d", "parameters": {"type": "object"}, "effect": "pure"}]}]==])
set(failures "")

# Replaces `from` by `to` in the good manifest; the check must then say `expected`.
function(expect from to expected)
  string(REPLACE "${from}" "${to}" text "${good}")
  file(WRITE ${WORK}/plugin.json "${text}")
  execute_process(COMMAND ${CMAKE_COMMAND} -DCHECK=${WORK}/plugin.json -DSDK=${SDK}
                          -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
                  RESULT_VARIABLE status ERROR_VARIABLE said)
  string(REGEX REPLACE "[ \n]+" " " said "${said}")
  string(FIND "${said}" "${expected}" at)
  if((expected STREQUAL "" AND status) OR (NOT expected STREQUAL "" AND (NOT status OR at EQUAL -1)))
    message(SEND_ERROR "'${from}' to '${to}': expected '${expected}', got (${status}) ${said}")
  endif()
endfunction()

expect("" "" "")
expect("{\"id\": \"tool.x\"" "{\"id\": \"tool.x\",, " "not JSON")
expect("\"version\": \"1.0.0\", " "" "'version' is missing")
expect("1.0.0" "one" "'version' is 'one', expected a number such as 1.0.0")
expect("\"1.0.0\"" "1" "'version' must be a text that is not empty")
expect("tool.x" "tool.y" "'id' is 'tool.y', expected 'tool.x'")
expect("\"kind\": \"tool\"" "\"kind\": \"toll\"" "'kind' is 'toll', expected one of tool, pattern")
expect("\"components\":" "\"min_host\": \"new\", \"components\":" "'min_host' must be a natural number")
expect("\"components\":" "\"parts\":" "'components' must be a list with at least one component")
expect("\"id\": \"x\", " "" "'components.0.id' is missing")
expect("\"effect\": \"pure\"" "\"effect\": \"some\"" "'components.0.effect' is 'some', expected one of")
expect(", \"effect\": \"pure\"" "" "'components.0.effect' is missing")
expect("\"effect\": \"pure\"" "\"operations\": {\"a\": {\"effect\": \"no\"}}"
       "'components.0.operations.a.effect' is 'no'")
expect("\"effect\": \"pure\"" "\"operations\": {\"a\": {\"effect\": \"read\"}}" "")
expect("\"parameters\": {\"type\": \"object\"}, " "" "'components.0.parameters' must be a JSON Schema")
expect("}]}" "}, {\"id\": \"x\", \"description\": \"d\", \"parameters\": {}, \"effect\": \"pure\"}]}"
       "component 'x' stands there twice")
