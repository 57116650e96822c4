using System.Text.Json.Nodes;
using Pare.Onnx;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Cli;

public sealed class DistillVerbTests : IDisposable
{
    private readonly Command _pare = new();

    public void Dispose() => _pare.Dispose();

    [Fact]
    public void A_student_of_the_zoo_learns_from_two_teachers_hints_and_attention()
    {
        _pare.Succeed("zoo lenet5 -o @student.onnx");
        Teacher("a.onnx", "lenet5", seed: 1);
        Teacher("b.onnx", "lenet-300-100", seed: 2);
        var line = "distill @student.onnx --teacher @a.onnx --teacher @b.onnx --hint conv2=conv2 --hint scores=scores --attention conv1=conv2 --epochs 1 --batch 500 --threads 1 --quiet --json -o @s.onnx";
        var json = JsonNode.Parse(_pare.Succeed(line))!.AsObject();
        Assert.Equal("top1", json["metric"]!.GetValue<string>());
        Assert.NotNull(json["validation"]);
        var (before, after) = (OnnxFile.Read(_pare.At("student.onnx")), OnnxFile.Read(_pare.At("s.onnx")));
        Assert.Equal(before.Graph.Initializers.Select(t => t.Name), after.Graph.Initializers.Select(t => t.Name));
        Assert.Equal(before.Graph.Outputs.Select(o => o.Name), after.Graph.Outputs.Select(o => o.Name));
        _pare.Succeed("eval @s.onnx --data glyphs");
    }

    [Fact]
    public void Pictures_without_labels_will_do_and_are_scored_by_agreement()
    {
        Teacher("teacher.onnx", "lenet-300-100", seed: 1, classes: 7);
        // Four plain quarters a picture: what a network says of such pictures can be learnt from few.
        var greys = new byte[200 * 4];
        new Random(1).NextBytes(greys);
        _pare.WritePictures("pictures.npy", 200, (picture, place) => greys[4 * picture + 2 * (place / 28 / 14) + place % 28 / 14]);
        var line = "distill lenet-300-100 --teacher @teacher.onnx --data @pictures.npy --epochs 40 --lr 0.002 --batch 50 --threads 1 --quiet --json --cache @kept -o @s.onnx";
        var json = JsonNode.Parse(_pare.Succeed(line))!.AsObject();
        Assert.Equal("agreement", json["metric"]!.GetValue<string>());
        Assert.Null(json["validation"]);
        Assert.True(json["value"]!.GetValue<double>() > 0.6, json["value"]!.ToString());
        Assert.Single(Directory.GetFiles(_pare.At("kept")));
        var first = File.ReadAllBytes(_pare.At("s.onnx"));
        _pare.Succeed(line);
        Assert.Equal(first, File.ReadAllBytes(_pare.At("s.onnx")));
        Assert.Contains("training example 0 has no label", _pare.Fail("distill lenet-300-100 --teacher @teacher.onnx --data @pictures.npy --teacher-share 0.5 -o @t.onnx"), StringComparison.Ordinal);
        Assert.Contains("has no label; training needs one", _pare.Fail("train lenet-300-100 --teacher @teacher.onnx --data @pictures.npy -o @t.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_student_of_the_zoo_takes_over_the_teachers_preprocessing()
    {
        Teacher("teacher.onnx", "lenet-300-100", seed: 1);
        var teacher = OnnxFile.Read(_pare.At("teacher.onnx")).WithMetadata("pare.pre", "mean=0.25;channels=grey");
        OnnxFile.Write(teacher, _pare.At("teacher.onnx"));
        _pare.Succeed("distill lenet-300-100 --teacher @teacher.onnx --epochs 1 --batch 500 --threads 1 --quiet -o @s.onnx");
        Assert.Contains("mean=0.25", OnnxFile.Read(_pare.At("s.onnx")).MetadataValue("pare.pre")!, StringComparison.Ordinal);
        _pare.Succeed("zoo lenet-300-100 -o @file.onnx");
        Assert.Contains("the teacher learnt on inputs with 'mean=0.25;channels=grey'", _pare.Fail("distill @file.onnx --teacher @teacher.onnx -o @t.onnx"), StringComparison.Ordinal);
        Assert.Contains("the teacher learnt on inputs with", _pare.Fail("train @file.onnx --teacher @teacher.onnx -o @t.onnx"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("distill lenet5 -o @s.onnx", "--teacher MODEL is missing")]
    [InlineData("distill lenet5 --teacher lenet5 -o @s.onnx", "teacher 'lenet5' is no file; a network of the zoo has learnt nothing yet")]
    [InlineData("distill lenet5 --teacher @missing.onnx -o @s.onnx", "missing.onnx: no such file")]
    [InlineData("distill lenet5 --teacher @teacher.onnx --hint conv2 -o @s.onnx", "'conv2' is not two names of tensors")]
    [InlineData("distill lenet5 --teacher @teacher.onnx --hint conf2=conv2 -o @s.onnx", "no node of the student computes a tensor 'conf2'; did you mean 'conv2'?")]
    [InlineData("distill lenet5 --teacher @teacher.onnx --hint conv2=conf2 -o @s.onnx", "no node of the teacher computes a tensor 'conf2'; did you mean 'conv2'?")]
    [InlineData("distill lenet5 --teacher @teacher.onnx --hint conv2=scores -o @s.onnx", "hint 'conv2=scores': of two examples the student's is [2,50,8,8], the teacher's [2,10]")]
    [InlineData("distill lenet5 --teacher @teacher.onnx --attention conv2=scores -o @s.onnx", "attention 'conv2=scores'")]
    [InlineData("distill lenet5 --teacher @teacher.onnx --attention conv2=conv2 --attention-weight -1 -o @s.onnx", "--attention-weight is '-1'")]
    [InlineData("distill lenet5 --teacher @teacher.onnx --temperature 0 -o @s.onnx", "temperature is 0")]
    [InlineData("distill lenet5 --teacher @teacher.onnx --cache @kept --augment digits -o @s.onnx", "with augmentation the teacher must see what the student sees")]
    [InlineData("distill lenet5 --teacher @teacher.onnx --cache @teacher.onnx -o @s.onnx", "cannot make the folder")]
    [InlineData("distill @student.onnx --teacher @teacher.onnx -o @s.onnx", "the teacher gives 10 numbers an example, the student 12")]
    [InlineData("distill lenet5 --teacher @tiny.onnx -o @s.onnx", "examples of 1x28x28")]
    public void Bad_input_is_one_line(string line, string said)
    {
        _pare.Tiny();
        Teacher("teacher.onnx", "lenet5", seed: 1);
        Teacher("student.onnx", "lenet5", seed: 1, classes: 12);
        Assert.Contains(said, _pare.Fail(line), StringComparison.Ordinal);
    }

    private void Teacher(string name, string network, int seed, int classes = 10) =>
        OnnxFile.Write(ModelZoo.Build(network, new ZooOptions { Seed = seed, Classes = classes, InputShape = [1, 28, 28] }), _pare.At(name));
}
