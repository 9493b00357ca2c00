class Layergate < Formula
  desc "Gate between a container build and the production registry"
  homepage "https://github.com/layergate/layergate"
  version "1.2.3"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "https://github.com/layergate/layergate/releases/download/v1.2.3/layergate_1.2.3_darwin_arm64.tar.gz"
      sha256 "1111111111111111111111111111111111111111111111111111111111111111"
    end
    on_intel do
      url "https://github.com/layergate/layergate/releases/download/v1.2.3/layergate_1.2.3_darwin_amd64.tar.gz"
      sha256 "0000000000000000000000000000000000000000000000000000000000000000"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/layergate/layergate/releases/download/v1.2.3/layergate_1.2.3_linux_arm64.tar.gz"
      sha256 "3333333333333333333333333333333333333333333333333333333333333333"
    end
    on_intel do
      url "https://github.com/layergate/layergate/releases/download/v1.2.3/layergate_1.2.3_linux_amd64.tar.gz"
      sha256 "2222222222222222222222222222222222222222222222222222222222222222"
    end
  end

  def install
    bin.install "layergate"
    bash_completion.install "completions/layergate.bash" => "layergate"
    zsh_completion.install "completions/_layergate"
    fish_completion.install "completions/layergate.fish"
  end

  test do
    assert_equal "layergate #{version}", shell_output("#{bin}/layergate version").strip
  end
end
