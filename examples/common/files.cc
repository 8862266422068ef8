// SPDX-License-Identifier: MIT

#include "common/files.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace examples {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

absl::Status Failed(const char* doing, const std::string& path) {
  const int error = errno;
  return absl::UnavailableError(std::string("cannot ") + doing + " " + path +
                                ": " + std::generic_category().message(error));
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return Failed("read", path);
  std::string text;
  char buffer[1 << 16];
  while (const auto size = std::fread(buffer, 1, sizeof buffer, file.get())) {
    text.append(buffer, size);
  }
  if (std::ferror(file.get()) != 0) return Failed("read", path);
  return text;
}

absl::Status WriteFile(const std::string& path, std::string_view text) {
  File file(std::fopen(path.c_str(), "wb"));
  if (!file) return Failed("write", path);
  if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fclose(file.release()) != 0) {
    return Failed("write", path);
  }
  return absl::OkStatus();
}

absl::Status CheckWritable(const std::string& path) {
  const File file(std::fopen(path.c_str(), "ab"));
  return file ? absl::OkStatus() : Failed("write", path);
}

}  // namespace examples
