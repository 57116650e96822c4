using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace Pare.Tests;

/// <summary>Holds the arrows of docs/layout.md.</summary>
public partial class LayoutTests
{
    private static readonly string[] Siblings = ["Zoo", "Import", "Data", "Profile", "Prune", "Quantize", "LowRank", "Coding"];
    private static readonly string Root = Path.GetFullPath(Path.Combine(Folder(), "..", ".."));

    [Fact]
    public void Siblings_do_not_know_each_other()
    {
        var broken = Siblings.SelectMany(room => Uses(Path.Combine("src", "Pare", room)).Where(u => u.Room != room && u.Room is not ("Onnx" or "Wire")));
        Assert.Empty(broken);
    }

    [Fact]
    public void The_graph_knows_no_other_room() => Assert.Empty(Uses(Path.Combine("src", "Pare", "Onnx")).Where(u => u.Room != "Onnx"));

    [Fact]
    public void The_core_knows_no_executor()
    {
        var projects = new[] { "Torch", "Ort", "Skia", "Compress", "Cli" };
        Assert.Empty(Uses(Path.Combine("src", "Pare")).Where(u => projects.Contains(u.Room)));
    }

    [Theory]
    [InlineData("Pare.Ort", "Torch", "Skia", "Compress", "Cli")]
    [InlineData("Pare.Torch", "Ort", "Skia", "Compress", "Cli")]
    [InlineData("Pare.Skia", "Torch", "Ort", "Compress", "Cli")]
    [InlineData("Pare.Compress", "Skia", "Cli")]
    public void Executors_do_not_know_each_other(string project, params string[] others) =>
        Assert.Empty(Uses(Path.Combine("src", project)).Where(u => others.Contains(u.Room)));

    [Fact]
    public void Every_room_is_in_the_layout()
    {
        var layout = File.ReadAllText(Path.Combine(Root, "docs", "layout.md"));
        var rooms = Directory.GetDirectories(Path.Combine(Root, "src", "Pare")).Select(d => Path.GetFileName(d)!).Where(n => n is not ("bin" or "obj"));
        Assert.All(rooms, room => Assert.Contains($"`{room}/`", layout, StringComparison.Ordinal));
    }

    [Fact]
    public void No_page_holds_the_marks_of_a_merge()
    {
        var pages = Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)).Append(Path.Combine(Root, "reproduce", "README.md"));
        Assert.All(pages, page => Assert.DoesNotContain(File.ReadLines(page), l => l.StartsWith("<<<<<<< ", StringComparison.Ordinal) || l.StartsWith(">>>>>>> ", StringComparison.Ordinal)));
    }

    /// <summary>Every room that the files of a folder name, in a using or in full.</summary>
    private static IEnumerable<(string File, string Room)> Uses(string folder) =>
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
        from line in File.ReadLines(file)
        let match = UsingLine().Match(line)
        where match.Success
        select (Path.GetRelativePath(Root, file), match.Groups[1].Value);

    [GeneratedRegex(@"^using (?:static )?Pare\.([A-Za-z]+)")]
    private static partial Regex UsingLine();

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
