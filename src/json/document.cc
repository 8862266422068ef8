// SPDX-License-Identifier: MIT

#include "document.h"

#include <algorithm>
#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/internal/text.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {
namespace {

using ErrorCode = boost::system::error_code;
using Text = boost::json::string_view;

// The recursion of the parser stands on the stack.
constexpr std::size_t kDepthCap = 256;

// An object or array that the parser is in.
struct Frame {
  bool is_object = false;
  std::size_t index = 0;           // of the element that follows, in an array
  std::optional<std::string> key;  // of the member being read, in an object
  std::vector<std::string> keys;   // all so far, in an object
};

// Receives what the parser meets: builds the tree and knows where it is.
class TreeBuilder {
 public:
  static constexpr std::size_t max_object_size = kMembersMax;
  static constexpr std::size_t max_array_size = boost::json::array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size =
      boost::json::string::max_size();

  explicit TreeBuilder(boost::json::storage_ptr memory) {
    stack_.reset(std::move(memory));
  }

  boost::json::value Release() { return stack_.release(); }
  const std::optional<std::string>& repeated_key() const {
    return repeated_key_;
  }

  std::string Path() const {
    std::string path;
    for (const Frame& frame : frames_) {
      if (!frame.is_object) {
        AppendIndex(path, frame.index);
      } else if (frame.key) {
        AppendKey(path, *frame.key);
      }
    }
    return path;
  }

  bool on_document_begin(ErrorCode&) { return true; }
  bool on_document_end(ErrorCode&) { return true; }

  bool on_object_begin(ErrorCode&) { return Enter(true); }
  bool on_object_end(std::size_t size, ErrorCode& error) {
    if (FindRepeatedKey(frames_.back().keys)) {
      error = boost::json::error::exception;  // Refusal() says which key
      return false;
    }
    stack_.push_object(size);
    return Leave();
  }

  bool on_array_begin(ErrorCode&) { return Enter(false); }
  bool on_array_end(std::size_t size, ErrorCode&) {
    stack_.push_array(size);
    return Leave();
  }

  bool on_key_part(Text part, std::size_t, ErrorCode&) {
    stack_.push_chars(part);
    partial_key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(Text part, std::size_t, ErrorCode&) {
    stack_.push_key(part);
    partial_key_.append(part.data(), part.size());
    Frame& frame = frames_.back();
    frame.key = std::exchange(partial_key_, {});
    frame.keys.push_back(*frame.key);
    return true;
  }

  bool on_string_part(Text part, std::size_t, ErrorCode&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(Text part, std::size_t, ErrorCode&) {
    stack_.push_string(part);
    return Done();
  }

  bool on_number_part(Text, ErrorCode&) { return true; }
  bool on_int64(std::int64_t value, Text, ErrorCode&) {
    stack_.push_int64(value);
    return Done();
  }
  bool on_uint64(std::uint64_t value, Text, ErrorCode&) {
    stack_.push_uint64(value);
    return Done();
  }
  bool on_double(double value, Text, ErrorCode&) {
    stack_.push_double(value);
    return Done();
  }
  bool on_bool(bool value, ErrorCode&) {
    stack_.push_bool(value);
    return Done();
  }
  bool on_null(ErrorCode&) {
    stack_.push_null();
    return Done();
  }

  bool on_comment_part(Text, ErrorCode&) { return true; }
  bool on_comment(Text, ErrorCode&) { return true; }

 private:
  bool Enter(bool is_object) {
    frames_.emplace_back().is_object = is_object;
    return true;
  }
  bool Leave() {
    frames_.pop_back();
    return Done();
  }
  // A value is complete.
  bool Done() {
    if (frames_.empty()) return true;
    ++frames_.back().index;
    frames_.back().key.reset();
    return true;
  }

  bool FindRepeatedKey(std::vector<std::string>& keys) {
    std::sort(keys.begin(), keys.end());
    const auto twice = std::adjacent_find(keys.begin(), keys.end());
    if (twice != keys.end()) repeated_key_ = *twice;
    return repeated_key_.has_value();
  }

  boost::json::value_stack stack_;
  std::vector<Frame> frames_;
  std::string partial_key_;
  std::optional<std::string> repeated_key_;
};

using Parser = boost::json::basic_parser<TreeBuilder>;

std::string Describe(ErrorCode code, std::size_t at, std::size_t depth_max) {
  using boost::json::error;
  if (code == error::incomplete) return "the text ends too early";
  if (code == error::extra_data) {
    return internal::Cat("byte ", at, ": text after the end of the value");
  }
  if (code == error::too_deep) {
    return internal::Cat("byte ", at, ": nested deeper than ", depth_max);
  }
  if (code == error::object_too_large) {
    return internal::Cat("more than ", kMembersMax, " members");
  }
  return internal::Cat("byte ", at, ": not JSON in UTF-8");
}

absl::Status Refusal(const TreeBuilder& tree, ErrorCode error, std::size_t at,
                     std::size_t depth_max) {
  std::string path = tree.Path();
  if (tree.repeated_key()) {
    AppendKey(path, *tree.repeated_key());
    return internal::InvalidArgument(path, ": there twice");
  }
  return internal::InvalidArgument(PathOrRoot(path), ": ",
                                   Describe(error, at, depth_max));
}

bool IsPlainWord(std::string_view key) {
  constexpr std::size_t kShownMax = 64;
  return !key.empty() && key.size() <= kShownMax &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

}  // namespace

absl::StatusOr<boost::json::value> ParseDocument(std::string_view text,
                                                 const JsonLimits& limits) {
  if (text.size() > limits.text_bytes_max) {
    return absl::ResourceExhaustedError(internal::Cat("document: ", text.size(),
                                                      " bytes, more than ",
                                                      limits.text_bytes_max));
  }
  const std::size_t depth_max = std::min(limits.depth_max, kDepthCap);
  boost::json::parse_options options;
  options.max_depth = depth_max;
  Parser parser(
      options,
      boost::json::make_shared_resource<boost::json::monotonic_resource>());
  ErrorCode error;
  const std::size_t read =
      parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) error = boost::json::error::extra_data;
  if (error) return Refusal(parser.handler(), error, read, depth_max);
  return parser.handler().Release();
}

void AppendKey(std::string& path, std::string_view key) {
  if (!IsPlainWord(key)) {
    internal::Append(path, internal::Cat("[", internal::Quoted(key), "]"));
    return;
  }
  if (!path.empty()) path += '.';
  path += key;
}

void AppendIndex(std::string& path, std::size_t index) {
  internal::Append(path, internal::Cat("[", index, "]"));
}

std::string PathOrRoot(const std::string& path) {
  return path.empty() ? "document" : path;
}

}  // namespace json_internal
SEATFIELD_ABI_END
}  // namespace seatfield
