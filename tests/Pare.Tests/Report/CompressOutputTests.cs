using Pare.Report;
using Xunit;

namespace Pare.Tests.Report;

public sealed class CompressOutputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pare-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Four_files_appear_and_nothing_else()
    {
        CompressOutput.Write(_folder, path => File.WriteAllText(path, "onnx"), new byte[] { 1, 2 }, Reports.Sample);
        Assert.Equal(["model.onnx", "model.pare", "report.html", "report.json"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_failure_leaves_an_earlier_output_as_it_was()
    {
        CompressOutput.Write(_folder, path => File.WriteAllText(path, "first"), new byte[] { 1 }, Reports.Sample);
        Assert.Throws<BadInputException>(() => CompressOutput.Write(_folder, _ => throw new IOException("No space left on device"), new byte[] { 2 }, Reports.Sample));
        Assert.Equal("first", File.ReadAllText(Path.Combine(_folder, "model.onnx")));
        Assert.Equal(4, Directory.GetFileSystemEntries(_folder).Length);
    }

    [Fact]
    public void A_data_file_of_an_earlier_output_goes_when_it_is_not_used_any_more()
    {
        CompressOutput.Write(_folder, WithData, new byte[] { 1 }, Reports.Sample);
        Assert.True(File.Exists(Path.Combine(_folder, "model.onnx.0123456789abcdef.data")));
        CompressOutput.Write(_folder, path => File.WriteAllText(path, "onnx"), new byte[] { 1 }, Reports.Sample);
        Assert.False(File.Exists(Path.Combine(_folder, "model.onnx.0123456789abcdef.data")));

        static void WithData(string path)
        {
            File.WriteAllText(path, "onnx");
            File.WriteAllText(path + ".0123456789abcdef.data", "data");
        }
    }

    [Fact]
    public void A_folder_of_others_that_is_called_front_is_left_alone()
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "front")).FullName, "index.html");
        File.WriteAllText(file, "mine");
        CompressOutput.Write(_folder, path => File.WriteAllText(path, "onnx"), new byte[] { 1 }, Reports.Sample);
        Assert.Equal("mine", File.ReadAllText(file));
        Assert.Contains("holds files of others", Assert.Throws<BadInputException>(() => CompressOutput.Prepare(_folder, front: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_earlier_front_goes()
    {
        CompressOutput.Write(_folder, path => File.WriteAllText(path, "onnx"), new byte[] { 1 }, Reports.Sample, [(path => File.WriteAllText(path, "onnx"), [1])]);
        Assert.True(File.Exists(Path.Combine(_folder, "front", "1", "model.pare")));
        CompressOutput.Prepare(_folder, front: true);
        CompressOutput.Write(_folder, path => File.WriteAllText(path, "onnx"), new byte[] { 1 }, Reports.Sample);
        Assert.False(Directory.Exists(Path.Combine(_folder, "front")));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_bad_input()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        Assert.Contains(file, Assert.Throws<BadInputException>(() => CompressOutput.Prepare(Path.Combine(file, "out"))).Message, StringComparison.Ordinal);
    }
}
