# SPDX-License-Identifier: MIT
#
# Stands in for a dependency's recipe: the package is the system's own, found by
# pkg-config. Created once for each of abseil, boost, hiredis and xxhash.

from conan import ConanFile
from conan.tools.gnu import PkgConfig


class SystemStandIn(ConanFile):
    package_type = "shared-library"
    settings = "os", "arch", "compiler", "build_type"

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.includedirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.bindirs = []
        if self.name == "abseil":
            self.cpp_info.set_property("cmake_file_name", "absl")
            for name in ("status", "statusor"):
                component = self.component(f"absl_{name}", f"absl::{name}")
                PkgConfig(self, f"absl_{name}").fill_cpp_info(component)
        elif self.name == "boost":
            self.cpp_info.set_property("cmake_file_name", "Boost")
            component = self.component("json", "Boost::json")
            component.system_libs = ["boost_json"]
        elif self.name == "hiredis":
            self.cpp_info.set_property("cmake_file_name", "hiredis")
            component = self.component("hiredislib", "hiredis::hiredis")
            component.system_libs = ["hiredis"]
        elif self.name == "xxhash":
            self.cpp_info.set_property("cmake_file_name", "xxHash")
            self.cpp_info.set_property("cmake_target_name", "xxHash::xxhash")
            self.cpp_info.system_libs = ["xxhash"]

    def component(self, name, target):
        component = self.cpp_info.components[name]
        component.set_property("cmake_target_name", target)
        component.includedirs = []
        component.libdirs = []
        component.bindirs = []
        return component
