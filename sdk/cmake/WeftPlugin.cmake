# weft_add_plugin(<name> [SOURCES <file>...] [LINK <target>...])
#
# Builds the plugin of the current folder, as plugin.json describes it: a module named
# <kind>.<name>.so in ${WEFT_PLUGIN_DIR} that exports the one symbol weft_plugin_v1 and carries its
# manifest, so that it can be listed without being loaded. SOURCES defaults to <name>.cpp.
# Sets the target weft_plugin_<kind>_<name>.
include_guard(GLOBAL)

set(WEFT_SDK_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})
if(NOT DEFINED WEFT_PLUGIN_DIR)
  set(WEFT_PLUGIN_DIR ${CMAKE_BINARY_DIR}/plugins CACHE PATH "Where plugins are built")
endif()

# Reads a text field of plugin.json, or stops with the name of the field that is missing.
function(_weft_manifest_field json field out)
  string(JSON value ERROR_VARIABLE problem GET "${json}" ${field})
  if(problem)
    message(FATAL_ERROR "${CMAKE_CURRENT_SOURCE_DIR}/plugin.json: '${field}' is missing (${problem})")
  endif()
  set(${out} "${value}" PARENT_SCOPE)
endfunction()

function(weft_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "weft_add_plugin(${name}): unknown words: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_SOURCES)
    set(arg_SOURCES ${name}.cpp)
  endif()

  set(manifest ${CMAKE_CURRENT_SOURCE_DIR}/plugin.json)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${manifest})
  file(READ ${manifest} json)
  foreach(field id version kind)
    _weft_manifest_field("${json}" ${field} ${field})
  endforeach()
  if(NOT id STREQUAL "${kind}.${name}")
    message(FATAL_ERROR "${manifest}: id is '${id}', expected '${kind}.${name}'")
  endif()

  # The manifest as bytes of the section .weft: magic, length, check, JSON.
  file(SIZE ${manifest} bytes)
  file(SHA256 ${manifest} digest)
  string(REGEX MATCH "^(..)(..)(..)(..)" _ ${digest})
  set(check "0x${CMAKE_MATCH_1}, 0x${CMAKE_MATCH_2}, 0x${CMAKE_MATCH_3}, 0x${CMAKE_MATCH_4}")
  set(embedded ${CMAKE_CURRENT_BINARY_DIR}/${kind}.${name}.manifest.c)
  configure_file(${WEFT_SDK_CMAKE_DIR}/manifest.c.in ${embedded} @ONLY)
  set_source_files_properties(${embedded} PROPERTIES OBJECT_DEPENDS ${manifest})

  set(target weft_plugin_${kind}_${name})
  add_library(${target} MODULE ${arg_SOURCES} ${embedded})
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${kind}.${name} SUFFIX ${CMAKE_SHARED_LIBRARY_SUFFIX}
    LIBRARY_OUTPUT_DIRECTORY ${WEFT_PLUGIN_DIR}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(${target} PRIVATE weft::sdk ${arg_LINK})
  if(TARGET weft_strict)
    target_link_libraries(${target} PRIVATE weft_strict)
  endif()
  if(NOT WIN32)
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
    target_link_options(${target} PRIVATE
      -Wl,--version-script=${WEFT_SDK_CMAKE_DIR}/plugin.version
      # The sanitizers' own symbols come from the program.
      $<$<NOT:$<BOOL:${WEFT_SANITIZE}>>:-Wl,-z,defs>)
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${WEFT_SDK_CMAKE_DIR}/plugin.version)
  endif()
  set_property(GLOBAL APPEND PROPERTY WEFT_PLUGINS "${kind}|${name}|${target}|${CMAKE_CURRENT_SOURCE_DIR}")
endfunction()
